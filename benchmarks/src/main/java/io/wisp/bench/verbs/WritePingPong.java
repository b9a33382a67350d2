// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Messages that are written into the other end's memory, where it waits for the last byte to
 * change, as {@code ib_write_lat} does.
 */
final class WritePingPong implements PingPong {

  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

  private final Link link;
  private final long last;
  private byte sent;
  private byte received;

  WritePingPong(Link link) {
    this.link = link;
    last = link.options.size() - 1L;
  }

  @Override
  public void prepare() {}

  @Override
  public void send() {
    link.outgoing.set(ValueLayout.JAVA_BYTE, last, ++sent);
    if (link.options.inlined()) {
      link.fill(link.message(), 0);
    }
    link.sendMessage();
  }

  @Override
  public void receive() {
    received++;
    // The device writes a message in order, so whoever sees its last byte may read the others.
    while ((byte) BYTE.getAcquire(link.incoming, last) != received) {
      link.stop.check();
    }
  }
}
