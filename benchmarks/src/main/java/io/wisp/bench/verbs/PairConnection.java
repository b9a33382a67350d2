// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

/** A link and what is at its other end. */
record PairConnection(Peer peer, Link link, Runnable roundTrip) implements AutoCloseable {

  /**
   * Over a link that is not connected yet.
   *
   * @return with a round trip that allocates nothing
   */
  static PairConnection over(Peer peer, Link link) {
    if (link.options.oneWay()) {
      return new PairConnection(peer, link, link::sendMessage);
    }
    PingPong end = PingPong.over(link);
    end.prepare();
    return new PairConnection(
        peer,
        link,
        () -> {
          end.send();
          end.receive();
        });
  }

  @Override
  public void close() {
    try {
      peer.disconnect();
    } finally {
      link.close();
    }
  }
}
