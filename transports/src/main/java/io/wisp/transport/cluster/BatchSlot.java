// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;

/**
 * The slot of a batch. All its keys must be of one, as Redis Cluster asks of the keys of a command:
 * a slot is on one node by every map, while two that share a node today need not tomorrow.
 */
final class BatchSlot {

  /** So much of a key is named, in bytes. */
  private static final int MOST_SHOWN = 64;

  private BatchSlot() {}

  /**
   * The key by whose slot the node of a batch is found, which has one key at least.
   *
   * @throws IllegalArgumentException if another key has another slot; it names both, and who has
   *     them by a map
   */
  static Slice keyOf(WriteBatch batch, ClusterMap map) {
    Slice first = batch.get(0).key();
    int other = KeySlot.otherThanFirst(batch);
    if (other > 0) {
      throw new IllegalArgumentException(
          "the keys of a batch are of one slot, and "
              + place(first, map)
              + " and "
              + place(batch.get(other).key(), map)
              + "; keys with the same part in braces, {so}, have the same slot");
    }
    return first;
  }

  private static String place(Slice key, ClusterMap map) {
    int slot = KeySlot.of(key);
    ClusterNode owner = map.ownerOf(slot);
    return shown(key)
        + " has slot "
        + slot
        + " ("
        + (owner == null ? "no node" : "node " + owner)
        + ")";
  }

  private static String shown(Slice key) {
    boolean isLong = key.length() > MOST_SHOWN;
    Slice part = new Slice().set(key.segment(), key.offset(), isLong ? MOST_SHOWN : key.length());
    return '"' + part.toString().replaceAll("\\p{Cntrl}", "?") + (isLong ? "..." : "") + '"';
  }
}
