// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.KeySlot;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.TokenQueue;
import io.wisp.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * Which node has a key. The map stays as it is while a submitted request is outstanding; else it
 * follows what nodes say. Used as {@link NodeClient} is.
 */
final class KeyRoutes {

  /** How often nodes are asked whether somebody serves a slot meanwhile. */
  private static final long UNSERVED_NANOS = 100_000_000;

  private final NodeClients nodes;

  /** What is outstanding. */
  private final TokenQueue submissions;

  /** Until when no node is asked about a slot that nobody serves, by {@link System#nanoTime}. */
  private long askAgainAt = System.nanoTime();

  /** The node that was the last to say that the map is not the latest, until it is asked. */
  private @Nullable NodeClient mover;

  /** What it said. */
  private Status said = Status.MOVED;

  KeyRoutes(NodeClients nodes, TokenQueue submissions) {
    this.nodes = nodes;
    this.submissions = submissions;
  }

  /**
   * Notes that a node has completed a submitted request with the status that a key is elsewhere.
   */
  void elsewhere(NodeClient node, Status status) {
    mover = node;
    said = status;
  }

  /** Follows what has been noted; a call begins with it. */
  void follow() {
    if (submissions.size() > 0) {
      return;
    }
    nodes.followMet();
    NodeClient asked = mover;
    if (asked != null) {
      mover = null;
      nodes.refreshFrom(asked, said);
    }
  }

  /** The node of a key; null if no node has its slot. */
  @Nullable NodeClient nodeOf(Slice key) {
    int slot = KeySlot.of(key);
    NodeClient node = nodes.ofSlot(slot);
    return node == null && mayAskAgain() && refreshed() ? nodes.ofSlot(slot) : node;
  }

  private boolean mayAskAgain() {
    long now = System.nanoTime();
    boolean may = now - askAgainAt >= 0;
    askAgainAt = may ? now + UNSERVED_NANOS : askAgainAt;
    return may;
  }

  /** Asks for the map if nothing is outstanding; the answer is whether there is a later one. */
  private boolean refreshed() {
    return submissions.size() == 0 && nodes.refresh();
  }

  /**
   * The client of a key's node, or null if another node has the key by a map that is later.
   *
   * @throws TransportException if the node cannot be reached, and has the key by the latest map too
   */
  @Nullable Client clientOf(NodeClient node, Slice key) {
    try {
      Client client = node.client();
      boolean follows = submissions.size() == 0 && nodes.followMet();
      return follows && nodeOf(key) != node ? null : client;
    } catch (TransportException e) {
      // It may be down because somebody else has its slots now.
      boolean isLater = submissions.size() == 0 && nodes.refreshWithout(node);
      if (isLater && nodeOf(key) != node) {
        return null;
      }
      throw new TransportException(
          "the key has slot " + KeySlot.of(key) + ", and " + e.getMessage(), e);
    }
  }
}
