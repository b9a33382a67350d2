// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of connections that have ended, in server and client: both are this process. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmConnectionMemoryTest {

  private static final int WARM_UP = 20;
  private static final int CONNECTIONS = 200;

  /** What the JDK may still load or keep for a thread. */
  private static final long LEEWAY_BYTES = 128 << 10;

  private static final int LEEWAY_DESCRIPTORS = 4;

  /** Direct buffers and memory of arenas, or mapped files, that were not freed yet. */
  private static long bytes(String pool) {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(each -> each.getName().equals(pool))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static long descriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void connectAndLeave(OneSidedServer server, GetPath path) throws Exception {
    ClientOptions options = Patient.options().withGetPath(path).withMaxOutstanding(8);
    try (Client client = server.connect(options);
        ValueBuffer value = new ValueBuffer()) {
      client.put(Slice.of("key"), Slice.of("value"));
      client.submitGet(Slice.of("key"));
      client.submitGet(Slice.of("k".repeat(1_000)));
      assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
    }
    Eventually.await(() -> server.server().statistics().connections() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void shouldKeepNothingOfConnectionsThatHaveEndedUntilACollection(GetPath path) throws Exception {
    try (OneSidedServer server = OneSidedServer.open(options -> options)) {
      for (int i = 0; i < WARM_UP; i++) {
        connectAndLeave(server, path);
      }
      long direct = bytes("direct");
      long mapped = bytes("mapped");
      long descriptors = descriptors();
      // Looked at every time, for a collection may come at any.
      for (int i = 0; i < CONNECTIONS; i++) {
        connectAndLeave(server, path);
        assertThat(bytes("direct")).isLessThanOrEqualTo(direct + LEEWAY_BYTES);
        // The server's thread does so a moment later. No collection unmaps or closes any of it.
        Eventually.await(() -> bytes("mapped") <= mapped + LEEWAY_BYTES);
        Eventually.await(() -> descriptors() <= descriptors + LEEWAY_DESCRIPTORS);
      }
    }
  }

  /**
   * It would be as much as the longest request has, for each connection and thread. Only the
   * server's view of the client's file stays, until it has to look at another one.
   */
  @Test
  void shouldKeepNothingOfALongRequestOnceManyShortOnesHaveCome() throws Exception {
    try (OneSidedServer server = OneSidedServer.open(options -> options);
        Client client = server.connect(Patient.options())) {
      putShort(client);
      long mapped = bytes("mapped");
      client.put(Slice.of("key"), Slice.of(new byte[8 << 20]));
      long buffer = 9 << 20;
      assertThat(bytes("mapped")).isGreaterThan(mapped + buffer + LEEWAY_BYTES);
      putShort(client);
      assertThat(bytes("mapped")).isLessThanOrEqualTo(mapped + buffer + LEEWAY_BYTES);
    }
  }

  private static void putShort(Client client) {
    for (int i = 0; i < 3_000; i++) {
      client.put(Slice.of("key"), Slice.of("value"));
    }
  }
}
