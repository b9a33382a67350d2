// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterNode;
import io.wisp.store.KeySink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the keys of all shards, one after the other, each at its master. Nodes use all bits
 * of a cursor; so a cursor of this walk is only a number, and the walk knows where it stands. If a
 * shard has another master meanwhile, where keys have another order, its walk begins again there.
 */
final class ClusterWalk {

  private long number;

  /** The place of the first node of the shard, whoever is its master. */
  private int index;

  /** The epoch of the shard whose master gave the cursor. */
  private long epoch;

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
      index = 0;
      cursor = 0;
    } else if (asked != number) {
      throw new IllegalArgumentException(
          "cursor " + asked + " is not the one that the last call for this cluster returned");
    }
    NodeClient node = node(nodes);
    if (node != null) {
      long now = nodes.map().epochAt(index);
      long from = now == epoch ? cursor : 0;
      cursor = node.use(client -> client.scan(from, atLeast, sink));
      epoch = now;
      index = cursor == 0 ? nextShard(nodes, index + 1) : index;
    }
    number = index < nodes.all().size() ? Math.max(1, number + 1) : 0;
    return number;
  }

  /** Where it goes on; null at the end. */
  @Nullable NodeClient node(NodeClients nodes) {
    return index < nodes.all().size() ? nodes.get(nodes.map().masterIndex(index)) : null;
  }

  /** The next node that is the first of its shard. */
  private static int nextShard(NodeClients nodes, int from) {
    List<ClusterNode> all = nodes.map().nodes();
    int next = from;
    while (next < all.size() && isAmong(all.subList(0, next), all.get(next).shard())) {
      next++;
    }
    return next;
  }

  private static boolean isAmong(List<ClusterNode> nodes, String shard) {
    return nodes.stream().anyMatch(node -> node.shard().equals(shard));
  }
}
