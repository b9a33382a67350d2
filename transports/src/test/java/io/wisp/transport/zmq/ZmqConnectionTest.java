// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZmqConnectionTest {

  @Test
  void shouldCountWhatItClosesOnceAndBeforeThePeerCanSeeIt() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
          SocketChannel accepted = listener.accept()) {
        ZmqConnection connection = new ZmqConnection(accepted, "peer", false);
        List<Boolean> ended = new ArrayList<>();
        connection.disconnect(() -> ended.add(accepted.socket().isInputShutdown()));
        connection.disconnect(() -> ended.add(accepted.socket().isInputShutdown()));
        assertThat(ended).containsExactly(false);
        assertThat(accepted.socket().isInputShutdown()).isTrue();
        assertThat(peer.isConnected()).isTrue();
      }
    }
  }
}
