// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.Collection;
import java.util.List;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Who the members are by an entry of the log, which may not be committed yet.
 *
 * @param index of the entry; less than 0 if there is none, and the members are those with which the
 *     group began
 * @param members who they are, or are to be
 * @param former who they were, while they change; else none
 */
record GroupConfiguration(long index, List<RaftPeer> members, List<RaftPeer> former) {

  static GroupConfiguration of(RaftConfiguration raft) {
    return new GroupConfiguration(
        raft.getLogEntryIndex(),
        List.copyOf(raft.getCurrentPeers()),
        List.copyOf(raft.getPreviousPeers()));
  }

  /** Whether nobody comes or goes. */
  boolean isStable() {
    return former.isEmpty();
  }

  /** The member with an identifier, or null. */
  @Nullable RaftPeer member(String identifier) {
    return in(members, identifier);
  }

  /** Whether there is a member with an identifier, or was until now. */
  boolean knows(String identifier) {
    return in(members, identifier) != null || in(former, identifier) != null;
  }

  private static @Nullable RaftPeer in(Collection<RaftPeer> peers, String identifier) {
    for (RaftPeer each : peers) {
      if (each.getId().toString().equals(identifier)) {
        return each;
      }
    }
    return null;
  }
}
