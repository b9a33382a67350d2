// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Ratis, as far as it is used: a member of a group that appends to a log. None of its reads is
 * used, nor its leases. Thread-safe.
 */
final class RaftEngine implements AutoCloseable {

  /**
   * What a member knows of its group at one moment.
   *
   * @param leader of that term, as far as it is known
   * @param leads whether it is this member
   */
  record Standing(long term, @Nullable String leader, boolean leads) {}

  /** So long writes wait at most, if the other one does not lead before. */
  private static final long HAND_OVER_MILLIS = 3_000;

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
   * Starts the only member of a group with what a folder holds. It becomes the leader by itself, a
   * moment later.
   *
   * @param machine carries out what is in the log, from the beginning or from its snapshot
   * @param onFailure see {@link MemberThreads}
   * @throws IOException if the folder cannot be used; the message says why
   */
  static RaftEngine start(DataFolder folder, StateMachine machine, Consumer<String> onFailure)
      throws IOException {
    RaftPeer only = RaftPeer.newBuilder().setId(folder.member()).build();
    RaftGroup group = RaftGroup.valueOf(RaftGroupId.valueOf(folder.group()), only);
    return start(folder, machine, onFailure, group, RaftSettings.alone(folder));
  }

  /**
   * Starts a member of a group, likewise.
   *
   * @param group with those with which it began; what the log says of them counts more
   * @param host where to listen for the other members
   * @throws IOException also if it cannot listen there
   */
  static RaftEngine start(
      DataFolder folder, StateMachine machine, Consumer<String> onFailure, Group group, String host)
      throws IOException {
    requireFree(host, group.port());
    return start(
        folder,
        machine,
        onFailure,
        group.toRaft(folder.group()),
        RaftSettings.amongOthers(folder, host, group.port()));
  }

  /** What Ratis says of a port that is taken helps nobody. */
  private static void requireFree(String host, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new IOException(
          "cannot listen on port %s of %s for the other members: %s"
              .formatted(port, host, reason(e)),
          e);
    }
  }

  /** Ratis would end the process when it cannot listen, or when any thread fails. */
  private static void keepProcess() {
    Thread.UncaughtExceptionHandler own = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    Thread.setDefaultUncaughtExceptionHandler(own);
  }

  private static RaftEngine start(
      DataFolder folder,
      StateMachine machine,
      Consumer<String> onFailure,
      RaftGroup group,
      RaftProperties properties)
      throws IOException {
    RaftPeerId member = RaftPeerId.valueOf(folder.member());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    keepProcess();
    // By which Ratis looks for its parts, in its threads too.
    thread.setContextClassLoader(RaftEngine.class.getClassLoader());
    try {
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(member)
              .setGroup(group)
              .setProperties(properties)
              .setStateMachine(machine)
              .setThreadGroup(new MemberThreads(member.toString(), onFailure))
              .setOption(StartupOption.RECOVER)
              .build();
      try {
        server.start();
      } catch (Throwable failed) {
        server.close();
        throw failed;
      }
      return new RaftEngine(server, group.getGroupId(), member);
    } catch (RuntimeException e) {
      throw new IOException(reason(e), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * Has a proposal appended to the log, once.
   *
   * @return ends when the machine has carried them out, in a thread of Ratis, with what it
   *     answered; or with why it does not: if the proposal can be taken back then, it never will,
   *     and else that is not known. It does not throw
   */
  CompletableFuture<Message> propose(Proposal proposal) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(member)
            .setGroupId(group)
            .setCallId(lastCall.incrementAndGet())
            .setMessage(proposal)
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      return division().submitClientRequestAsync(request).thenCompose(RaftEngine::messageOf);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** The server would ask the division in a thread of its own, and wait for that thread. */
  private RaftClientAsynchronousProtocol division() throws IOException {
    return (RaftClientAsynchronousProtocol) server.getDivision(group);
  }

  private static CompletableFuture<Message> messageOf(RaftClientReply reply) {
    if (reply.isSuccess()) {
      return CompletableFuture.completedFuture(reply.getMessage());
    }
    Exception why = reply.getException();
    return CompletableFuture.failedFuture(
        why == null ? new IOException("the log answered " + reply) : why);
  }

  /**
   * Has a member come or go. Ratis is asked for one at a time and no more: a leader that is elected
   * while members change skips the entry which both the former and the new ones have to commit, and
   * appends the new ones alone. With one that comes or goes any majority of the former has somebody
   * in common with any of the new ones all the same; with two it need not.
   *
   * @param members who they are
   * @param next who they are to be: one more or one less
   * @return ends when that is committed, or with why it is not, or not known to be
   */
  CompletableFuture<Message> change(List<RaftPeer> members, List<RaftPeer> next) {
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInCurrentConf(members)
            .setServersInNewConf(next)
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .build();
    SetConfigurationRequest request =
        new SetConfigurationRequest(client, member, group, lastCall.incrementAndGet(), arguments);
    try {
      return server.setConfigurationAsync(request).thenCompose(RaftEngine::messageOf);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // It may have begun, and lack a thread; then it ends as one that cannot be reached.
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Has another one lead, as soon as it has all that this one has; meanwhile the log takes nothing.
   *
   * @return ends when it leads, or with why it does not
   */
  CompletableFuture<Message> handOver(RaftPeerId next) {
    TransferLeadershipRequest request =
        new TransferLeadershipRequest(
            client, member, group, lastCall.incrementAndGet(), next, HAND_OVER_MILLIS);
    try {
      return server.transferLeadershipAsync(request).thenCompose(RaftEngine::messageOf);
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Up to which entry a member has committed, as far as this one knows. */
  long committed(RaftPeerId peer) throws IOException {
    return server.getDivision(group).getCommitInfos().stream()
        .filter(each -> each.getServer().getId().equals(peer.toByteString()))
        .mapToLong(CommitInfoProto::getCommitIndex)
        .max()
        .orElse(-1);
  }

  /** By whom this member counts majorities. */
  GroupConfiguration configuration() throws IOException {
    return GroupConfiguration.of(server.getDivision(group).getRaftConf());
  }

  /**
   * Those who have answered this one lately, while it leads, and itself; by their identifiers.
   *
   * @throws IOException also if it has just ceased to lead
   */
  Set<String> answering() throws IOException {
    RaftServer.Division division = server.getDivision(group);
    long lately = division.properties().maxRpcTimeoutMs();
    Set<String> found = new HashSet<>();
    found.add(member.toString());
    try {
      for (ServerRpcProto each :
          division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
        if (each.getLastRpcElapsedTimeMs() <= lately) {
          found.add(RaftPeerId.valueOf(each.getId().getId()).toString());
        }
      }
    } catch (IllegalStateException e) {
      throw new IOException("its term has just ended", e);
    }
    return found;
  }

  /** What this member knows of its group. */
  Standing standing() throws IOException {
    DivisionInfo info = server.getDivision(group).getInfo();
    RaftPeerId leader = info.getLeaderId();
    return new Standing(
        info.getCurrentTerm(), leader == null ? null : leader.toString(), info.isLeader());
  }

  /** Looks whether the disk takes what the log has. */
  boolean hangs(DiskWatch watch) throws IOException {
    RaftLog log = server.getDivision(group).getRaftLog();
    // The flushed one comes first, or a disk that is quick would seem to be behind.
    long flushed = log.getFlushIndex();
    TermIndex last = log.getLastEntryTermIndex();
    return watch.hangs(last == null ? flushed : last.getIndex(), flushed, System.nanoTime());
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
