// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.ReceiveBatch;

/**
 * Messages that the other end receives and sees as completions, as {@code ib_send_lat} does: each
 * receive is posted again at once.
 */
final class SendPingPong implements PingPong {

  private final Link link;
  private final ReceiveBatch receives;

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
    link.sendMessage();
  }

  @Override
  public void receive() {
    link.awaitOne(link.receives);
    link.pair.post(receives, 1);
  }
}
