package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Transports;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NettyTrialServerTest {

  private static final Slice KEY = Slice.of("key");

  private final ValueBuffer found = new ValueBuffer();

  @ParameterizedTest
  @EnumSource
  void shouldAnswerPipelinesOfSeveralConnectionsInOrder(NettyIo io) {
    serve(
        io,
        (first, second) -> {
          for (int i = 0; i < 1000; i++) {
            first.submitPut(KEY, Slice.of("value " + i));
            first.submitGet(KEY);
            second.submitGet(Slice.of("absent"));
          }
          first.flush();
          second.flush();
          for (int i = 0; i < 1000; i++) {
            assertThat(first.complete(found)).isEqualTo(Status.STORED);
            assertThat(first.complete(found)).isEqualTo(Status.FOUND);
            assertThat(found.toByteArray()).asString().isEqualTo("value " + i);
            assertThat(second.complete(found)).isEqualTo(Status.ABSENT);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void shouldCarryValuesThatNoBufferHoldsAtFirst(NettyIo io) {
    byte[] large = new byte[3_000_000];
    new Random(1).nextBytes(large);
    serve(
        io,
        (first, second) -> {
          assertThat(first.put(KEY, Slice.of(large))).isEqualTo(Status.STORED);
          for (int i = 0; i < 4; i++) {
            second.submitGet(KEY);
          }
          for (int i = 0; i < 4; i++) {
            assertThat(second.complete(found)).isEqualTo(Status.FOUND);
            assertThat(Arrays.equals(found.toByteArray(), large)).isTrue();
          }
          assertThat(first.put(KEY, Slice.of("small"))).isEqualTo(Status.STORED);
          assertThat(second.get(KEY, found)).isEqualTo(Status.FOUND);
          assertThat(found.toByteArray()).asString().isEqualTo("small");
        });
  }

  private void serve(NettyIo io, BiConsumer<Client, Client> clients) {
    boolean available = io == NettyIo.EPOLL ? Epoll.isAvailable() : IoUring.isAvailable();
    assumeTrue(available, io.label() + " is not available on this machine");
    ClientOptions options = ClientOptions.defaults().withMaxOutstanding(2000);
    try (Store store = CuckooStore.open(64L << 20);
        NettyTrialServer server = new NettyTrialServer(store, io);
        Client first = Transports.named("tcp").connect(server.endpoint(), options);
        Client second = Transports.named("tcp").connect(server.endpoint(), options);
        found) {
      clients.accept(first, second);
    }
  }
}
