// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import org.jspecify.annotations.Nullable;

/** A link and what is at its other end. */
final class PairConnection implements AutoCloseable {

  private final Peer peer;
  private final Link link;
  private final @Nullable PingPong end;

  /** Before the link is connected. */
  PairConnection(Peer peer, Link link) {
    this.peer = peer;
    this.link = link;
    boolean oneWay =
        link.options.operation() == VerbsOperation.READ || link.options.sendDepth() > 1;
    end = oneWay ? null : PingPong.over(link);
    if (end != null) {
      end.prepare();
    }
  }

  Link link() {
    return link;
  }

  PingPong end() {
    if (end == null) {
      throw new IllegalStateException("messages go one way over this connection");
    }
    return end;
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
