// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * Sends a follower the log from where it and the leader agree, or a snapshot where that part of the
 * log is gone.
 *
 * <p>Ratis takes the part to be there if the log has the follower's next entry. But a follower
 * checks the entry before that one too, and a leader cannot name it if the log begins with the next
 * one. That is so when members have entries that they do not agree on, which begin where the log
 * was cut: each term has files of its own, and the log is cut between files. Then Ratis' thread for
 * the follower failed, in each term anew: such a leader never got a majority with this follower.
 */
final class GroupLogAppender extends GrpcLogAppender {

  GroupLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
    super(server, state, follower);
  }

  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    SnapshotInfo needed = super.shouldInstallSnapshot();
    return needed == null && lacksEntryBefore() ? latestSnapshot() : needed;
  }

  @Override
  public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    try {
      return super.newAppendEntriesRequest(callId, heartbeat);
    } catch (NullPointerException e) {
      if (!lacksEntryBefore()) {
        throw e;
      }
      // The log was cut in this moment. The follower hears that there is a leader, and a snapshot
      // comes next.
      return super.newAppendEntriesRequest(callId, true);
    }
  }

  private boolean lacksEntryBefore() {
    RaftLog log = getRaftLog();
    long next = getFollower().getNextIndex();
    if (next == RaftLog.LEAST_VALID_LOG_INDEX || next >= log.getNextIndex()) {
      return false;
    }
    SnapshotInfo latest = latestSnapshot();
    // What a snapshot ends with can be named without the log.
    return latest != null
        && latest.getIndex() >= next
        && getFollower().getSnapshotIndex() != next - 1
        && log.getTermIndex(next - 1) == null;
  }

  private @Nullable SnapshotInfo latestSnapshot() {
    return getServer().getStateMachine().getLatestSnapshot();
  }
}
