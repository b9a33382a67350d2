// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/**
 * A server of Ratis that acknowledges entries as Raft asks it to (section 5 of "In Search of an
 * Understandable Consensus Algorithm"). Ratis looks at the leader's term when a request comes, and
 * answers when the entries are on the disk. Two things can happen in between.
 *
 * <p>The follower may vote for another leader, whose log need not have the entries. To acknowledge
 * them then would let the old leader commit what the new one will cut off. So entries are
 * acknowledged only if the term is still that of the request, and if the log has them.
 *
 * <p>Entries of the new leader may come. Ratis takes a request that begins at the same index for
 * the same request, and may let the older one be appended behind the newer. So none is taken while
 * one of another leader is under way; the leader sends it again.
 *
 * <p>The entries must be on the disk. Where the log was cut off before, or has them since an
 * earlier request, Ratis answers before they are.
 *
 * <p>Ratis does not look for whom a request is. At the address of a member that has lost its folder
 * there may be another one, and what it said would count as the word of the one that is gone: it
 * could vote a second time. So what is for another member is refused.
 *
 * <p>A part of a snapshot is acknowledged when it is on the disk ({@link ReceivedSnapshot}). It
 * names the members too, and Ratis goes by them even if it refuses the rest. So one of a leader of
 * an earlier term is refused before. The last part waits until no entries are on their way to the
 * disk: Ratis forgets them there, and would wait for them without end.
 */
final class CheckedAppends implements InvocationHandler {

  private final RaftServer server;
  private CompletableFuture<?> underWay = CompletableFuture.completedFuture(true);
  private long termUnderWay;

  private CheckedAppends(RaftServer server) {
    this.server = server;
  }

  /** One that looks at the requests which others send to a server. */
  static RaftServer of(RaftServer server) {
    return (RaftServer)
        Proxy.newProxyInstance(
            CheckedAppends.class.getClassLoader(),
            new Class<?>[] {RaftServer.class},
            new CheckedAppends(server));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (arguments == null) {
      return call(method, arguments);
    }
    requireForThis(arguments[0]);
    if (arguments[0] instanceof AppendEntriesRequestProto request
        && request.getEntriesCount() > 0
        && method.getName().equals("appendEntriesAsync")) {
      return append(method, arguments, request);
    }
    if (arguments[0] instanceof InstallSnapshotRequestProto request) {
      requireOfTerm(request);
      if (request.hasSnapshotChunk() && request.getSnapshotChunk().getDone()) {
        makeWayFor(request);
      }
    }
    Object answer = call(method, arguments);
    if (arguments[0] instanceof InstallSnapshotRequestProto request
        && request.hasSnapshotChunk()
        && answer instanceof InstallSnapshotReplyProto reply
        && reply.getResult() == InstallSnapshotResult.SUCCESS) {
      RaftServer.Division division = division(request.getServerRequest());
      ReceivedSnapshot.force(division.getRaftStorage().getStorageDir(), request.getSnapshotChunk());
    }
    return answer;
  }

  private void requireForThis(@Nullable Object argument) throws IOException {
    RaftRpcRequestProto request = requestIn(argument);
    if (request != null) {
      RaftPeerId addressee = RaftPeerId.valueOf(request.getReplyId());
      if (!addressee.equals(server.getId())) {
        throw new IOException("this is member " + server.getId() + ", and not " + addressee);
      }
    }
  }

  private void requireOfTerm(InstallSnapshotRequestProto request) throws IOException {
    long term = division(request.getServerRequest()).getInfo().getCurrentTerm();
    if (request.getLeaderTerm() < term) {
      throw new IOException(
          "a snapshot of the leader of term %s comes in term %s"
              .formatted(request.getLeaderTerm(), term));
    }
  }

  private static @Nullable RaftRpcRequestProto requestIn(@Nullable Object argument) {
    if (argument instanceof AppendEntriesRequestProto entries) {
      return entries.getServerRequest();
    }
    if (argument instanceof RequestVoteRequestProto vote) {
      return vote.getServerRequest();
    }
    if (argument instanceof InstallSnapshotRequestProto snapshot) {
      return snapshot.getServerRequest();
    }
    return argument instanceof StartLeaderElectionRequestProto election
        ? election.getServerRequest()
        : null;
  }

  private RaftServer.Division division(RaftRpcRequestProto request) throws IOException {
    return server.getDivision(RaftGroupId.valueOf(request.getRaftGroupId().getId()));
  }

  /** Requests come one after the other from each leader, and there may be two of them. */
  private synchronized CompletableFuture<AppendEntriesReplyProto> append(
      Method method, @Nullable Object[] arguments, AppendEntriesRequestProto request)
      throws Throwable {
    if (termUnderWay != request.getLeaderTerm()) {
      requireNothingUnderWay();
    }
    CompletableFuture<?> reply =
        (CompletableFuture<?>) Objects.requireNonNull(call(method, arguments));
    underWay = underWay.isDone() ? reply : CompletableFuture.allOf(underWay, reply);
    termUnderWay = request.getLeaderTerm();
    return reply.thenApply(each -> check(request, (AppendEntriesReplyProto) each));
  }

  private void requireNothingUnderWay() throws IOException {
    if (!underWay.isDone()) {
      throw new IOException(
          "entries of the leader of term %s are still on their way to the disk"
              .formatted(termUnderWay));
    }
  }

  private synchronized void makeWayFor(InstallSnapshotRequestProto request) throws IOException {
    requireNothingUnderWay();
    termUnderWay = request.getLeaderTerm();
    underWay =
        ReceivedSnapshot.cutOffRefuted(
            division(request.getServerRequest()),
            TermIndex.valueOf(request.getSnapshotChunk().getTermIndex()));
    try {
      underWay.get(DiskWatch.PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      requireNothingUnderWay();
    } catch (ExecutionException e) {
      throw new IOException("the log cannot be cut off: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(server, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  private AppendEntriesReplyProto check(
      AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
    if (reply.getResult() != AppendResult.SUCCESS) {
      return reply;
    }
    TermIndex last = TermIndex.valueOf(request.getEntries(request.getEntriesCount() - 1));
    try {
      RaftServer.Division division = division(request.getServerRequest());
      RaftLog log = division.getRaftLog();
      // It votes, and changes its term, under this lock.
      synchronized (division) {
        long term = division.getInfo().getCurrentTerm();
        if (term != request.getLeaderTerm()) {
          return refusal(reply, term);
        }
        TermIndex there = log.getTermIndex(last.getIndex());
        if (!last.equals(there)) {
          throw new IOException("the log has " + there + " in the place of " + last);
        }
        if (log.getFlushIndex() < last.getIndex()) {
          throw new IOException("the disk does not have " + last + " yet");
        }
      }
    } catch (IOException e) {
      // The leader sends them again.
      throw new UncheckedIOException(e);
    }
    return reply;
  }

  private static AppendEntriesReplyProto refusal(AppendEntriesReplyProto reply, long term) {
    return reply.toBuilder()
        .setTerm(term)
        .setResult(AppendResult.NOT_LEADER)
        .setServerReply(reply.getServerReply().toBuilder().setSuccess(false))
        .build();
  }
}
