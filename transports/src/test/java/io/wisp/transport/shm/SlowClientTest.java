// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.client.RingClient;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowClientTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @Test
  void shouldNotBlameTheServerForTheTimeThatTheClientTakesToSetItselfUp() throws IOException {
    try (HeapStore store = new HeapStore();
        Server server =
            new ShmTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
        Client client = connectSlowly(server.endpoint())) {
      assertThat(client.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.CREATED);
    }
  }

  private static Client connectSlowly(Endpoint endpoint) throws IOException {
    return RingClient.connect(
        SocketChannel.open(StandardProtocolFamily.UNIX),
        UnixDomainSocketAddress.of(ServerFolder.find(endpoint).control()),
        endpoint,
        new SlowFabric(new ShmClientFabric(ServerFolder.find(endpoint))),
        ClientOptions.defaults().withTimeout(TIMEOUT),
        System::nanoTime);
  }

  /** Needs longer than the timeout, as a device does in a JVM that has only just started. */
  private record SlowFabric(ClientFabric fabric) implements ClientFabric {

    @Override
    public String description() {
      return fabric.description();
    }

    @Override
    public Port port() {
      return fabric.port();
    }

    @Override
    public RemoteMemory connect(ByteBuffer offer, int ringBytes, ByteBuffer answer) {
      long end = System.nanoTime() + TIMEOUT.plusMillis(500).toNanos();
      for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return fabric.connect(offer, ringBytes, answer);
    }

    @Override
    public void close() {
      fabric.close();
    }
  }
}
