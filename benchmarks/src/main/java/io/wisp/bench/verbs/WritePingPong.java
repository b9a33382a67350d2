// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

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
  private @Nullable SendBatch request;

  WritePingPong(Link link) {
    this.link = link;
    last = link.options.size() - 1L;
  }

  @Override
  public void prepare() {}

  @Override
  public void send() {
    SendBatch batch = request();
    link.outgoing.set(ValueLayout.JAVA_BYTE, last, ++sent);
    if (link.options.inlined()) {
      link.fill(batch, 0);
    }
    link.pair.post(batch, 1);
    link.awaitOne(link.sends);
  }

  private SendBatch request() {
    SendBatch batch = request;
    if (batch == null) {
      batch = link.requests(1).flags(0, SendFlags.SIGNALED);
      request = batch;
    }
    return batch;
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
