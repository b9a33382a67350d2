// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A server whose clients come, work and go over every transport but rdma, for as many seconds as
 * the system property {@code wisp.soak.seconds} says. After each round of clients, when all are
 * gone, its memory, descriptors and threads are counted.
 *
 * <p>The first half is for warming up. In the second the line is flat, by the medians of its two
 * quarters: descriptors and threads do not grow, and resident memory grows by at most {@link
 * #ALLOWED_KIB}. So many clients come in a quarter that a kilobyte or two which each leaves behind
 * is seen. One sample says less: a connection of the last moment may still be closing. The heap is
 * of a fixed size and touched at the start, and all of the table is touched in the first rounds,
 * since it is filled and evicts.
 */
@Tag("long")
@EnabledOnOs(OS.LINUX)
@Timeout(value = 1_800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SoakTest {

  private static final long SECONDS = Long.getLong("wisp.soak.seconds", 300);
  private static final Duration TIMEOUT = Duration.ofSeconds(100);
  private static final int CLIENTS_OF_A_ROUND = 8;
  private static final int ROUNDS_OF_A_CLIENT = 5;
  private static final long ALLOWED_KIB = 4_096;
  private static final long GONE_MILLIS = 20_000;

  private record Sample(long rssKib, int descriptors, long threads) {}

  @Test
  void shouldHoldNoMoreAtTheEndThanInTheMiddleWhileClientsComeAndGo() throws Exception {
    List<Sample> samples = new ArrayList<>();
    long clients = 0;
    try (ServerProcess server =
        ServerProcess.with("--memory", "32m", "--evict")
            .jvm("-Xms96m")
            .jvm("-Xmx96m")
            .jvm("-XX:+AlwaysPreTouch")
            .start()) {
      assertThat(server.out()).contains("tcp ", "zmq ", "shm ");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      Sample quiet = sample(server);
      while (System.nanoTime() < end) {
        churn(server.port());
        clients += (long) CLIENTS_OF_A_ROUND * Route.values().length;
        samples.add(sampleWhenAllAreGone(server, quiet));
      }
      assertThat(server.err()).doesNotContain("\tat ");
    } finally {
      System.out.println("soak: " + clients + " clients");
      for (int i = 0; i < samples.size(); i += Math.max(1, samples.size() / 40)) {
        System.out.println("soak: " + i + " of " + samples.size() + ": " + samples.get(i));
      }
    }
    judge(samples);
  }

  private static void churn(int port) throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> working = new ArrayList<>();
      for (Route route : Route.values()) {
        working.add(threads.submit(() -> comeAndGo(route, port)));
      }
      for (Future<?> each : working) {
        each.get();
      }
    }
  }

  private static void comeAndGo(Route route, int port) {
    Random random = new Random();
    for (int i = 0; i < CLIENTS_OF_A_ROUND; i++) {
      byte[] key = ("key" + random.nextInt(100)).getBytes(UTF_8);
      try (Client client = route.connect(port, TIMEOUT)) {
        for (int round = 0; round < ROUNDS_OF_A_CLIENT; round++) {
          byte[] value = new byte[random.nextInt(100_000)];
          assertThat(client.put(key, value).isError()).isFalse();
          client.get(key);
        }
      }
    }
  }

  private static Sample sample(ServerProcess server) throws IOException {
    return new Sample(server.status("VmRSS"), server.descriptors(), server.status("Threads"));
  }

  /** A server notices in its own time that clients have gone; what then remains is what counts. */
  private static Sample sampleWhenAllAreGone(ServerProcess server, Sample quiet)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GONE_MILLIS);
    Sample sample = sample(server);
    while (sample.descriptors() > quiet.descriptors() && System.nanoTime() < end) {
      Thread.sleep(5);
      sample = sample(server);
    }
    return sample;
  }

  private static void judge(List<Sample> samples) {
    int middle = samples.size() / 2;
    List<Sample> third = samples.subList(middle, middle + middle / 2);
    List<Sample> last = samples.subList(middle + middle / 2, samples.size());
    assertThat(third).as("rounds in a quarter").isNotEmpty();
    long growth = median(last, Sample::rssKib) - median(third, Sample::rssKib);
    System.out.println("soak: the median of RSS grew by " + growth + " KiB in the last quarter");
    assertThat(growth)
        .as("growth of resident memory from the third to the last quarter, in KiB")
        .isLessThanOrEqualTo(ALLOWED_KIB);
    assertThat(median(last, Sample::descriptors))
        .as("descriptors")
        .isLessThanOrEqualTo(median(third, Sample::descriptors));
    assertThat(median(last, Sample::threads))
        .as("threads")
        .isLessThanOrEqualTo(median(third, Sample::threads));
  }

  private static long median(List<Sample> samples, ToLongFunction<Sample> figure) {
    return samples.stream().mapToLong(figure).sorted().toArray()[samples.size() / 2];
  }
}
