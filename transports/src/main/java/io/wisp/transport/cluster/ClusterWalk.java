// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.store.KeySink;

/**
 * A walk over the keys of all nodes, one node after the other. Nodes use all bits of a cursor; so a
 * cursor of this walk is only a number, and the walk knows where it stands.
 */
final class ClusterWalk {

  private long number;
  private int index;
  private long cursor;

  /**
   * Goes on with the walk, or begins one.
   *
   * @param asked what the last call returned, or 0
   * @return 0 at the end
   * @throws IllegalArgumentException if another call was the last
   */
  long next(NodeClients nodes, long asked, int atLeast, KeySink sink) {
    if (asked == 0) {
      index = nextMaster(nodes, 0);
      cursor = 0;
    } else if (asked != number) {
      throw new IllegalArgumentException(
          "cursor " + asked + " is not the one that the last call for this cluster returned");
    }
    if (index < nodes.all().size()) {
      NodeClient node = nodes.get(index);
      long from = cursor;
      cursor = node.use(client -> client.scan(from, atLeast, sink));
      index = cursor == 0 ? nextMaster(nodes, index + 1) : index;
    }
    number = index < nodes.all().size() ? Math.max(1, number + 1) : 0;
    return number;
  }

  /** Replicas have the same keys as their masters, and do not answer. */
  private static int nextMaster(NodeClients nodes, int from) {
    int next = from;
    while (next < nodes.all().size() && nodes.map().masterIndex(next) != next) {
      next++;
    }
    return next;
  }
}
