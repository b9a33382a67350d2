// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Waiting;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("rdma")
@Tag("fully-optimised")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaAllocationTest {

  /**
   * Less than one object of 16 bytes in as many requests; the JVM itself allocates now and then.
   */
  private static final double BYTES_PER_REQUEST = 1.0;

  private static final int REQUESTS = 4_000;
  private static final int WINDOW = 40;

  private static final int MOST_ROUNDS = 80;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Slice key = Slice.of("some key");
  private final Slice written = Slice.of(new byte[100]);

  @ParameterizedTest
  @CsvSource({"RING, SPIN", "ONE_SIDED, SLEEP"})
  void shouldAllocateNothingForRequestsInServerAndClient(GetPath path, Waiting waiting)
      throws InterruptedException {
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0)).withWaiting(waiting);
    try (CuckooStore store = CuckooStore.open(16L << 20);
        Server server = new RdmaTransport().serve(store, options);
        Client client =
            new RdmaTransport()
                .connect(
                    server.endpoint(),
                    ClientOptions.defaults()
                        .withGetPath(path)
                        .withWaiting(waiting)
                        .withTimeout(Duration.ofSeconds(60)));
        ValueBuffer value = new ValueBuffer()) {
      long[] ids = threadsOfTheServerAndThis();
      assertThat(ids).hasSizeGreaterThanOrEqualTo(3);
      int rounds = 0;
      double best = Double.MAX_VALUE;
      // What is not yet compiled allocates; so the measurement is taken again until it is.
      do {
        letTheCompilersCatchUp();
        long before = allocated(ids);
        request(client, value);
        best = Math.min(best, (double) (allocated(ids) - before) / REQUESTS);
        rounds++;
      } while (best >= BYTES_PER_REQUEST && rounds < MOST_ROUNDS);
      System.out.printf(Locale.ROOT, "%s: %.3f bytes a request in round %d%n", path, best, rounds);
      assertThat(best).as("bytes allocated for a request").isLessThan(BYTES_PER_REQUEST);
    }
  }

  private static void letTheCompilersCatchUp() throws InterruptedException {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long before;
    do {
      before = compilers.getTotalCompilationTime();
      Thread.sleep(100);
    } while (compilers.getTotalCompilationTime() != before);
  }

  private void request(Client client, ValueBuffer value) {
    for (int i = 0; i < REQUESTS; i += WINDOW) {
      for (int j = 0; j < WINDOW; j += 4) {
        require(client.put(key, written), Status.CREATED, Status.REPLACED);
        require(client.get(key, value), Status.FOUND, Status.FOUND);
      }
      for (int j = 0; j < WINDOW; j += 2) {
        client.submitGet(key);
      }
      for (int j = 0; j < WINDOW; j += 2) {
        require(client.complete(value), Status.FOUND, Status.FOUND);
      }
    }
  }

  private static void require(Status actual, Status one, Status other) {
    if (actual != one && actual != other) {
      throw new AssertionError(actual + " instead of " + one);
    }
  }

  private long[] threadsOfTheServerAndThis() {
    return Stream.concat(
            Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().startsWith("wisp-rdma"))
                .map(ThreadInfo::getThreadId),
            Stream.of(Thread.currentThread().threadId()))
        .mapToLong(id -> id)
        .toArray();
  }

  private long allocated(long[] ids) {
    long sum = 0;
    for (long id : ids) {
      sum += threads.getThreadAllocatedBytes(id);
    }
    return sum;
  }
}
