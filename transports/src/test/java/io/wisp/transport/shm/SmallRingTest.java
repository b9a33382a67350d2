// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.SideBySide;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.server.ServerLimits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real clients and a real server with the smallest rings that there are, which are always full. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SmallRingTest {

  private static final RingLimits SMALLEST = new RingLimits(4 << 10);
  private static final int KEYS = 20;

  private final HeapStore store = new HeapStore();

  private Server serve(long rendezvousBudget) {
    ServerLimits limits =
        new ServerLimits(
            SMALLEST, rendezvousBudget, Duration.ofSeconds(10), Duration.ofSeconds(30));
    return new ShmTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)), limits);
  }

  private static Client connect(Server server) {
    return new ShmTransport()
        .connect(server.endpoint(), Patient.options().withGetPath(GetPath.RING));
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) seed);
    return bytes;
  }

  @ParameterizedTest(name = "{0} requests, {1} outstanding, values of {2} to {3} bytes")
  @CsvSource({
    "20000, 2, 0, 1000",
    "20000, 8, 0, 900",
    "20000, 64, 300, 900",
    "20000, 300, 0, 40",
    "2000, 64, 0, 3000",
    "2000, 9, 992, 993"
  })
  @SuppressWarnings("ReferenceEquality") // one array stands for every put
  void shouldAnswerEveryRequestOfAFullPipelineInOrder(
      int requests, int window, int least, int most) {
    SplittableRandom random = new SplittableRandom(window);
    byte[][] model = new byte[KEYS][];
    Deque<byte @Nullable []> expected = new ArrayDeque<>();
    try (Server server = serve(64L << 20);
        Client client = connect(server);
        ValueBuffer value = new ValueBuffer()) {
      byte[] put = new byte[0];
      for (int i = 0; i < requests || !expected.isEmpty(); i++) {
        if (expected.size() == window || i >= requests) {
          byte[] wanted = expected.remove();
          Status status = client.complete(value);
          if (wanted == put) {
            assertThat(status).isIn(Status.CREATED, Status.REPLACED);
          } else if (wanted.length == 0) {
            assertThat(status).isEqualTo(Status.ABSENT);
          } else {
            assertThat(status).isEqualTo(Status.FOUND);
            assertThat(value.toByteArray()).isEqualTo(wanted);
          }
        }
        if (i < requests) {
          int number = random.nextInt(KEYS);
          Slice key = Slice.of("key" + number);
          if (random.nextInt(4) == 0) {
            model[number] = bytes(1 + least + random.nextInt(most - least), i);
            client.submitPut(key, Slice.of(model[number]));
            expected.add(put);
          } else {
            client.submitGet(key);
            expected.add(model[number] == null ? new byte[0] : model[number]);
          }
        }
      }
      assertThat(server.statistics().requests()).isEqualTo(requests);
    }
  }

  /** A key that does not fit the ring makes the get a long request, and its answer is long too. */
  @Test
  void shouldAnswerLongRequestsWithLongRepliesWhenTheMemoryForThemIsShort() throws Exception {
    int clients = 8;
    byte[] longValue = bytes(3 << 20, 7);
    try (Server server = serve(4L << 20)) {
      SideBySide.run(
          clients,
          number -> {
            Slice key = Slice.of(bytes(5_000 + number, 1));
            store.put(key, Slice.of(longValue));
            try (Client client = connect(server);
                ValueBuffer value = new ValueBuffer()) {
              for (int round = 0; round < 20; round++) {
                assertThat(client.get(key, value)).isEqualTo(Status.FOUND);
                assertThat(value.valueLength()).isEqualTo(longValue.length);
              }
            }
          });
      assertThat(server.statistics().requests()).isEqualTo(clients * 20L);
    }
  }
}
