// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What the log of a server has said of moves of slots so far, for the log to carry its steps out. A
 * server in a cluster is told of each, before anybody is told that the step is done. One thread
 * changes it, any reads it.
 */
public final class SlotLedger {

  private final @Nullable ClusterMember member;
  private volatile SlotMoves moves = SlotMoves.NONE;

  /**
   * That of a log of which nothing was read.
   *
   * @param member the node that the server is; null if it is in no cluster, and keeps for the next
   *     start what it has no use for
   */
  public SlotLedger(@Nullable ClusterMember member) {
    this.member = member;
  }

  /** What holds now. */
  public SlotMoves moves() {
    return moves;
  }

  /** The log begins with this. */
  public void restore(SlotMoves before) {
    set(before);
  }

  /** The log has a step. One that cannot follow changes nothing, for every member alike. */
  public void apply(SlotChange change) {
    set(moves.after(change));
  }

  /** The log has all records removed. */
  public void clear() {
    set(moves.cleared());
  }

  private void set(SlotMoves next) {
    if (next.equals(moves)) {
      return;
    }
    moves = next;
    if (member != null) {
      member.follow(next);
    }
  }
}
