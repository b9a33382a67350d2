// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.workload.KeyDistribution;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.ValueSizes;
import io.wisp.measure.workload.Workload;
import io.wisp.testing.Allocation;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Waiting;
import io.wisp.transport.nothing.NullTransport;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadAllocationTest {

  /** Much less than one object of 16 bytes a request; the JVM itself allocates now and then. */
  private static final double BYTES_PER_REQUEST = 1.0;

  private static final int REQUESTS = 200_000;
  private static final int MOST_ROUNDS = 80;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @CsvSource({
    "closed, 1, uniform, 100, 'get:1,put:1,delete:1', false",
    "closed, 16, hotset, 1-300, 'rmw:1,put:1', false",
    "closed, 1, uniform, 100, 'putdelete:1', false",
    "closed, 1, latest, etc, 'get:19,insert:1', false",
    "open, 1, zipfian, 100, 'get:1,put:1,delete:1', false",
    "open, 1, sequential, etc, 'rmw:1,put:1', false",
    "open, 16, latest, 1-300, 'get:19,insert:1', false",
    "open, 16, uniform, 100, 'put:1', true"
  })
  void shouldAllocateNothingForARequest(
      String loop, int depth, String keys, String sizes, String mix, boolean verify)
      throws InterruptedException {
    double best = Double.MAX_VALUE;
    try (LoadClient client = client(depth, keys, sizes, mix, verify)) {
      // What is not yet compiled allocates; so the measurement is taken again until it is.
      for (int round = 0; round < MOST_ROUNDS && best > BYTES_PER_REQUEST; round++) {
        Allocation.letTheCompilersCatchUp();
        // A loop of its own allocates a little, whatever it does: what a long one has more.
        long shortLoop = allocatedBy(client, loop, REQUESTS / 10);
        long longLoop = allocatedBy(client, loop, REQUESTS);
        best = Math.min(best, (longLoop - shortLoop) / (0.9 * client.completed()));
      }
    }
    assertThat(best).as("bytes allocated for a request").isLessThan(BYTES_PER_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldAllocateNothingForARequestOfSeveralClientsInOneThread(int depth)
      throws InterruptedException {
    double best = Double.MAX_VALUE;
    try (LoadClient one = client(depth, "uniform", "100", "get:1,put:1,delete:1", false);
        LoadClient other = client(depth, "uniform", "100", "get:1,put:1,delete:1", false)) {
      for (int round = 0; round < MOST_ROUNDS && best > BYTES_PER_REQUEST; round++) {
        Allocation.letTheCompilersCatchUp();
        long shortLoop = allocatedBy(one, other, REQUESTS / 10);
        long longLoop = allocatedBy(one, other, REQUESTS);
        best = Math.min(best, (longLoop - shortLoop) / (0.9 * REQUESTS));
      }
    }
    assertThat(best).as("bytes allocated for a request").isLessThan(BYTES_PER_REQUEST);
  }

  private long allocatedBy(LoadClient one, LoadClient other, int requests) {
    long before = threads.getCurrentThreadAllocatedBytes();
    LoadClient.closedLoop(List.of(one, other), new Extent.Requests(requests), 0);
    assertThat(one.breakdown()).isNull();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest
  @CsvSource({"closed, false", "open, true"})
  void shouldAllocateNoHistogramsOnceTheLoopHasBegun(String loop, boolean openLoop) {
    try (LoadClient client = client(1, "uniform", "100", "get:1", false)) {
      client.prepare(!openLoop);
      client.prepare(openLoop);
      allocatedBy(client, loop, 100);
      client.prepare(!openLoop);
      client.prepare(openLoop);
      assertThat(allocatedBy(client, loop, 100)).isLessThan(100_000);
      assertThat(allocatedBy(client, loop, 50)).isLessThan(100_000);
      Tally total = client.tallies().total();
      assertThat(total.requests()).isEqualTo(client.completed());
      assertThat(total.latency().getTotalCount()).isEqualTo(client.completed());
    }
  }

  private long allocatedBy(LoadClient client, String loop, int requests) {
    long before = threads.getCurrentThreadAllocatedBytes();
    if (loop.equals("open")) {
      client.openLoop(new OfferedLoad(1_000_000, requests, Arrivals.POISSON), System.nanoTime());
    } else {
      client.closedLoop(new Extent.Requests(requests), 0);
    }
    assertThat(client.breakdown()).isNull();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static LoadClient client(
      int depth, String keys, String sizes, String mix, boolean verify) {
    Workload workload =
        new Workload(
            6,
            1_000,
            KeyDistribution.parse(keys),
            ValueSizes.parse(sizes),
            OperationMix.parse(mix),
            verify);
    ClientOptions options = ClientOptions.defaults().withMaxOutstanding(depth);
    return new LoadClient(
        new NullTransport().connect(new Endpoint("localhost", 1), options),
        workload,
        workload.keySpace(),
        0,
        1,
        depth,
        new SystemLoadClock(Waiting.POLL, () -> false),
        Duration.ofSeconds(10),
        new SplittableRandom(1));
  }
}
