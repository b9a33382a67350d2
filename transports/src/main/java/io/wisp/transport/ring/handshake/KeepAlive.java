// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/** Has TCP, where that is below, find out within half a minute that the other machine is gone. */
final class KeepAlive {

  private static final int IDLE_SECONDS = 15;
  private static final int INTERVAL_SECONDS = 5;
  private static final int PROBES = 3;

  private KeepAlive() {}

  static void enable(SocketChannel channel) throws IOException {
    set(channel, StandardSocketOptions.SO_KEEPALIVE, true);
    set(channel, ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
    set(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
    set(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
  }

  private static <T> void set(SocketChannel channel, SocketOption<T> option, T value)
      throws IOException {
    if (channel.supportedOptions().contains(option)) {
      channel.setOption(option, value);
    }
  }
}
