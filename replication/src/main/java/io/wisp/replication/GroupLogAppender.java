// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.List;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Sends a follower the log from where it and the leader agree, though the log begin just there.
 *
 * <p>Ratis takes what a follower lacks to be in the log if its next entry is. But a follower checks
 * the entry before that one too, and a leader cannot name it if the log begins with the next one.
 * That is so when members have entries that they do not agree on, which begin where the log was
 * cut: each term has files of its own, and the log is cut between files. Then Ratis' thread for the
 * follower failed, in each term anew: such a leader never got a majority with this follower.
 *
 * <p>A leader knows the entry before by its {@link TermHistory}. If it has started since, it need
 * not: then it sends a snapshot.
 */
final class GroupLogAppender extends GrpcLogAppender {

  private static final TimeDuration PATIENCE = TimeDuration.ONE_SECOND;

  GroupLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
    super(server, state, follower);
  }

  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    SnapshotInfo needed = super.shouldInstallSnapshot();
    long next = getFollower().getNextIndex();
    return needed == null && lacksEntryBefore(next) && entryBefore(next) == null
        ? latestSnapshot()
        : needed;
  }

  @Override
  public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    long next = getFollower().getNextIndex();
    try {
      return super.newAppendEntriesRequest(callId, heartbeat);
    } catch (NullPointerException e) {
      // Ratis has no entry before; the log may have been cut in this moment.
      if (getFollower().getNextIndex() != next) {
        // A reply to an earlier request has changed it. It is tried again.
        return null;
      }
      if (!lacksEntryBefore(next)) {
        throw e;
      }
    }
    TermIndex before = entryBefore(next);
    // Until a snapshot comes, the follower hears that there is a leader.
    return before == null
        ? super.newAppendEntriesRequest(callId, true)
        : firstOfLog(before, callId);
  }

  /** When the follower has it, the log has the entry before the next one. */
  private @Nullable AppendEntriesRequestProto firstOfLog(TermIndex before, long callId)
      throws RaftLogIOException {
    LogEntryProto entry;
    try {
      entry = getRaftLog().getEntryWithData(before.getIndex() + 1).getEntry(PATIENCE);
    } catch (TimeoutException e) {
      // It is tried again.
      return null;
    }
    return getLeaderState()
        .newAppendEntriesRequestProto(getFollower(), List.of(entry), before, callId);
  }

  private boolean lacksEntryBefore(long next) {
    RaftLog log = getRaftLog();
    if (next == RaftLog.LEAST_VALID_LOG_INDEX || next != log.getStartIndex()) {
      return false;
    }
    SnapshotInfo latest = latestSnapshot();
    // What a snapshot ends with can be named without the log.
    return latest != null
        && latest.getIndex() >= next
        && getFollower().getSnapshotIndex() != next - 1
        && log.getTermIndex(next - 1) == null;
  }

  private @Nullable TermIndex entryBefore(long next) {
    return getServer().getStateMachine() instanceof StoreMachine machine
        ? machine.history().at(next - 1)
        : null;
  }

  private @Nullable SnapshotInfo latestSnapshot() {
    return getServer().getStateMachine().getLatestSnapshot();
  }
}
