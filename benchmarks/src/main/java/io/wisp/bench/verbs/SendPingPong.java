// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.ReceiveBatch;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import org.jspecify.annotations.Nullable;

/**
 * Messages that the other end receives and sees as completions, as {@code ib_send_lat} does: each
 * receive is posted again at once.
 */
final class SendPingPong implements PingPong {

  private final Link link;
  private final ReceiveBatch receives;
  private @Nullable SendBatch request;

  SendPingPong(Link link) {
    this.link = link;
    receives = link.receiveRequests(link.options.receiveDepth());
  }

  @Override
  public void prepare() {
    link.pair.post(receives, receives.capacity());
  }

  @Override
  public void send() {
    SendBatch batch = request;
    if (batch == null) {
      batch = link.requests(1).flags(0, SendFlags.SIGNALED);
      request = batch;
    }
    link.pair.post(batch, 1);
    link.awaitOne(link.sends);
  }

  @Override
  public void receive() {
    link.awaitOne(link.receives);
    link.pair.post(receives, 1);
  }
}
