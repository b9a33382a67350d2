// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is set: for a member that is alone, and for one among others. */
final class RaftSettings {

  /** An entry with what Ratis puts around it. */
  static final int MAX_LOGGED_BYTES = Entry.MAX_BYTES + (64 << 10);

  /**
   * In milliseconds: a follower that hears nothing for so long stands for election, or for up to
   * twice as long.
   */
  private static final String SILENCE = "wisp.data.silence";

  private static final long LEAST_SILENCE = 400;

  /**
   * A leader that stood still for so many times that steps down; one that lost its majority does
   * not stand for election again before.
   */
  private static final int SILENCES_OF_STANDSTILL = 5;

  /** A leader holds some of them in its heap. */
  private static final long SNAPSHOT_PART_BYTES = 4 << 20;

  /** Who is to become a member and answers nothing for so long becomes none. */
  static final int NEWCOMER_SECONDS = 10;

  /** Who is to become a member becomes one when no more is missing. */
  static final int NEWCOMER_ENTRIES = 100;

  private static final TimeDuration NEVER = TimeDuration.valueOf(31_536_000, TimeUnit.SECONDS);

  private RaftSettings() {}

  /** Of a member that nobody can take the place of. */
  static RaftProperties alone(DataFolder folder) {
    RaftProperties properties = common(folder);
    RaftConfigKeys.Rpc.setType(properties, new LoneRpcType());
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    // A process that stood still goes on.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, NEVER);
    // There is nobody to wait for.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(20));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(40));
    return properties;
  }

  /** Of a member that listens for others. */
  static RaftProperties amongOthers(DataFolder folder, String host, int port) {
    RaftProperties properties = common(folder);
    long silence = Math.max(LEAST_SILENCE, Long.getLong(SILENCE, LEAST_SILENCE));
    RaftConfigKeys.Rpc.setType(properties, new GroupRpcType());
    GrpcConfigKeys.Server.setHost(properties, host);
    GrpcConfigKeys.Server.setPort(properties, port);
    // The log goes when all have carried it out. Who comes later gets a snapshot first.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, false);
    RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, true);
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(
        properties, SizeInBytes.valueOf(SNAPSHOT_PART_BYTES));
    RaftServerConfigKeys.setStagingTimeout(
        properties, TimeDuration.valueOf(NEWCOMER_SECONDS, TimeUnit.SECONDS));
    RaftServerConfigKeys.setStagingCatchupGap(properties, NEWCOMER_ENTRIES);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        properties, millis(SILENCES_OF_STANDSTILL * silence));
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(silence));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(2 * silence));
    // Whoever has just started knows of no leader. A pre-vote keeps one that starts alone from
    // ending a reign. Where most members start together, they may end it.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(LEAST_SILENCE));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(2 * LEAST_SILENCE));
    return properties;
  }

  private static RaftProperties common(DataFolder folder) {
    RaftProperties properties = new RaftProperties();
    // The defaults of both lie in the folder for temporary files.
    RaftServerConfigKeys.setStorageDir(properties, List.of(folder.raft().toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(properties, folder.path().resolve("removed").toFile());
    SizeInBytes logged = SizeInBytes.valueOf(MAX_LOGGED_BYTES);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, logged);
    RaftServerConfigKeys.Log.setWriteBufferSize(
        properties, SizeInBytes.valueOf(MAX_LOGGED_BYTES + 1024));
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("32MB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("32MB"));
    // It would be an entry more, and a flush, for each: how far the others know of the log.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
    RaftServerConfigKeys.Log.setCorruptionPolicy(properties, CorruptionPolicy.EXCEPTION);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    // The machine is asked after each entry, and says itself when it is time.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
    // Nothing is ever sent a second time.
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, millis(1_000));
    RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
    return properties;
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
