// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.store.KeySink;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the keys of all shards, one after the other, each at its master. Nodes use all bits
 * of a cursor; so a cursor of this walk is only a number, and the walk knows where it stands. If a
 * shard has another master meanwhile, where keys have another order, its walk begins again there.
 */
final class ClusterWalk {

  private long number;

  /** The shards of which all keys were given. */
  private final Set<String> walked = new HashSet<>();

  /** The shard that it is in; none if empty. Its nodes may change meanwhile, and their places. */
  private String shard = "";

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
      walked.clear();
      shard = "";
    } else if (asked != number) {
      throw new IllegalArgumentException(
          "cursor " + asked + " is not the one that the last call for this cluster returned");
    }
    NodeClient node = node(nodes);
    if (node != null) {
      String asks = node.node().shard();
      long now = nodes.map().epochOf(asks);
      long from = asks.equals(shard) && now == epoch ? cursor : 0;
      cursor = node.use(client -> client.scan(from, atLeast, sink));
      epoch = now;
      shard = cursor == 0 ? "" : asks;
      if (cursor == 0) {
        walked.add(asks);
      }
    }
    number = node(nodes) == null ? 0 : Math.max(1, number + 1);
    return number;
  }

  /** Where it goes on; null at the end. */
  @Nullable NodeClient node(NodeClients nodes) {
    ClusterMap map = nodes.map();
    int next = -1;
    for (int i = 0; i < map.nodes().size(); i++) {
      String each = map.nodes().get(i).shard();
      if (each.equals(shard)) {
        return nodes.get(map.masterIndex(i));
      }
      next = next < 0 && !walked.contains(each) ? i : next;
    }
    return next < 0 ? null : nodes.get(map.masterIndex(next));
  }
}
