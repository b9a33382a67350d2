// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis, as far as it is used: a group of one member that appends to a log. None of its reads is
 * used, nor its leases. Thread-safe.
 */
final class RaftEngine implements AutoCloseable {

  /** An entry with what Ratis puts around it. */
  static final int MAX_LOGGED_BYTES = Entry.MAX_BYTES + (64 << 10);

  /** A process that stood still goes on: there is nobody who could have taken its place. */
  private static final TimeDuration NEVER = TimeDuration.valueOf(31_536_000, TimeUnit.SECONDS);

  private final RaftServer server;
  private final RaftGroupId group;
  private final RaftPeerId member;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong lastCall = new AtomicLong();

  private RaftEngine(RaftServer server, RaftGroupId group, RaftPeerId member) {
    this.server = server;
    this.group = group;
    this.member = member;
  }

  /**
   * Starts with what a folder holds. It becomes the leader by itself, a moment later.
   *
   * @param machine carries out what is in the log, from the beginning or from its snapshot
   * @throws IOException if the folder cannot be used; the message says why
   */
  static RaftEngine start(DataFolder folder, StateMachine machine) throws IOException {
    RaftPeerId member = RaftPeerId.valueOf(folder.member());
    RaftGroupId groupId = RaftGroupId.valueOf(folder.group());
    RaftGroup group = RaftGroup.valueOf(groupId, RaftPeer.newBuilder().setId(member).build());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // By which Ratis looks for its parts, in its threads too.
    thread.setContextClassLoader(RaftEngine.class.getClassLoader());
    try {
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(member)
              .setGroup(group)
              .setProperties(properties(folder))
              .setStateMachine(machine)
              .setOption(StartupOption.RECOVER)
              .build();
      try {
        server.start();
      } catch (Throwable failed) {
        server.close();
        throw failed;
      }
      return new RaftEngine(server, groupId, member);
    } catch (RuntimeException e) {
      throw new IOException(reason(e), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static RaftProperties properties(DataFolder folder) {
    RaftProperties properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, new LoneRpcType());
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
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    // The machine is asked after each entry, and says itself when it is time.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, 1);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
    RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
    // Nothing is ever sent a second time.
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, NEVER);
    // There is nobody to wait for.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
        properties, TimeDuration.valueOf(20, TimeUnit.MILLISECONDS));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
        properties, TimeDuration.valueOf(40, TimeUnit.MILLISECONDS));
    return properties;
  }

  /**
   * Appends bytes to the log.
   *
   * @return ends when the machine has carried them out, in a thread of Ratis, with what it
   *     answered; or with why it is not known whether it ever will. It does not throw
   */
  CompletableFuture<Message> propose(byte[] bytes) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(member)
            .setGroupId(group)
            .setCallId(lastCall.incrementAndGet())
            .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      return server.submitClientRequestAsync(request).thenCompose(RaftEngine::messageOf);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletableFuture<Message> messageOf(RaftClientReply reply) {
    if (reply.isSuccess()) {
      return CompletableFuture.completedFuture(reply.getMessage());
    }
    Exception why = reply.getException();
    return CompletableFuture.failedFuture(
        why == null ? new IOException("the log answered " + reply) : why);
  }

  /** Whether it has not ended. */
  boolean isRunning() {
    try {
      return server.getLifeCycleState() == LifeCycle.State.RUNNING
          && server.getDivision(group).getInfo().isAlive();
    } catch (IOException e) {
      return false;
    }
  }

  /** The message of the first cause of a failure. */
  static String reason(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String message = first.getMessage();
    return message == null ? first.toString() : message;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // What was acknowledged is on the disk already.
    }
  }
}
