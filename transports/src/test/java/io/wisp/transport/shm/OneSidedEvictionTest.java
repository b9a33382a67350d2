// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Time goes on with the requests, so that how often a client reports does not hang on the load. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OneSidedEvictionTest {

  private static final Duration REPORT_INTERVAL = Duration.ofMillis(50);

  private final AtomicLong clientNanos = new AtomicLong();
  private final OneSidedServer server =
      OneSidedServer.of(CuckooStore.Options.ofCapacity(2 << 20).evict(true));

  private Client connect(GetPath path) {
    return server.connect(
        Patient.options().withGetPath(path), UnaryOperator.identity(), clientNanos::get);
  }

  @ParameterizedTest
  @EnumSource
  void shouldKeepWhatIsReadWhicheverWayAndEvictTheRest(GetPath path) {
    try (server;
        Client client = connect(path);
        ValueBuffer value = new ValueBuffer()) {
      Slice filling = Slice.of(new byte[100]);
      int hot = 200;
      for (int i = 0; i < hot; i++) {
        client.put(Slice.of("hot " + i), filling);
        client.put(Slice.of("cold " + i), filling);
      }
      int found = 0;
      int rounds = 200;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < hot; i++) {
          found += client.get(Slice.of("hot " + i), value) == Status.FOUND ? 1 : 0;
          client.put(Slice.of("new " + round + " " + i), filling);
        }
        clientNanos.addAndGet(REPORT_INTERVAL.toNanos());
      }
      int cold = 0;
      for (int i = 0; i < hot; i++) {
        cold += server.store().contains(Slice.of("cold " + i)) ? 1 : 0;
      }
      assertThat(found).isGreaterThan(hot * rounds * 9 / 10);
      assertThat(cold).isZero();
    }
  }

  @Test
  void shouldReportNoMoreThanOnceInAnIntervalHoweverMuchIsRead() {
    try (server;
        Client client = connect(GetPath.ONE_SIDED);
        ValueBuffer value = new ValueBuffer()) {
      server.store().put(Slice.of("key"), Slice.of("value"));
      int intervals = 10;
      for (int i = 0; i < intervals; i++) {
        clientNanos.addAndGet(REPORT_INTERVAL.toNanos());
        for (int j = 0; j < 1_000; j++) {
          assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
        }
      }
      assertThat(server.server().statistics().requests()).isEqualTo(intervals - 1);
      assertThat(client.information()).contains("client_reads_reported:" + (intervals - 1) + "\n");
    }
  }

  /** A cache before something slower: what is not there is fetched, and put. */
  @Test
  void shouldHitAboutAsOftenOneSidedAsByTheRingWhenKeysAreReadByZipfsLaw() {
    double ring = hitRatio(GetPath.RING, true);
    double oneSided = hitRatio(GetPath.ONE_SIDED, true);
    double unreported = hitRatio(GetPath.ONE_SIDED, false);
    System.out.printf(
        "hit ratio of a Zipf load with eviction: ring %.4f, one-sided %.4f, unreported %.4f%n",
        ring, oneSided, unreported);
    assertThat(oneSided).isGreaterThan(unreported);
    assertThat(ring - oneSided).isLessThan((ring - unreported) / 2);
    server.close();
  }

  private double hitRatio(GetPath path, boolean reports) {
    SplittableRandom random = new SplittableRandom(11);
    double[] cumulated = zipf(50_000, 0.99);
    int hits = 0;
    int gets = 100_000;
    server.store().clear();
    try (Client client = connect(path);
        ValueBuffer value = new ValueBuffer()) {
      Slice filling = Slice.of(new byte[100]);
      for (int i = 0; i < 2 * gets; i++) {
        Slice key = Slice.of("key " + next(random, cumulated));
        boolean hit = client.get(key, value) == Status.FOUND;
        hits += hit && i >= gets ? 1 : 0;
        if (!hit) {
          client.put(key, filling);
        }
        if (reports) {
          clientNanos.addAndGet(Duration.ofNanos(20_000).toNanos());
        }
      }
    }
    return (double) hits / gets;
  }

  private static double[] zipf(int keys, double exponent) {
    double[] cumulated = new double[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += Math.pow(i + 1, -exponent);
      cumulated[i] = sum;
    }
    return cumulated;
  }

  private static int next(SplittableRandom random, double[] cumulated) {
    double drawn = random.nextDouble(cumulated[cumulated.length - 1]);
    int found = Arrays.binarySearch(cumulated, drawn);
    return found >= 0 ? found : -found - 1;
  }
}
