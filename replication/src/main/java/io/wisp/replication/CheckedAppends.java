// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
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
    if (arguments != null
        && arguments[0] instanceof AppendEntriesRequestProto request
        && request.getEntriesCount() > 0
        && method.getName().equals("appendEntriesAsync")) {
      return append(method, arguments, request);
    }
    return call(method, arguments);
  }

  /** Requests come one after the other from each leader, and there may be two of them. */
  private synchronized CompletableFuture<AppendEntriesReplyProto> append(
      Method method, @Nullable Object[] arguments, AppendEntriesRequestProto request)
      throws Throwable {
    if (!underWay.isDone() && termUnderWay != request.getLeaderTerm()) {
      throw new IOException(
          "entries of the leader of term %s are still on their way to the disk"
              .formatted(termUnderWay));
    }
    CompletableFuture<?> reply =
        (CompletableFuture<?>) Objects.requireNonNull(call(method, arguments));
    underWay = underWay.isDone() ? reply : CompletableFuture.allOf(underWay, reply);
    termUnderWay = request.getLeaderTerm();
    return reply.thenApply(each -> check(request, (AppendEntriesReplyProto) each));
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
      RaftServer.Division division =
          server.getDivision(
              RaftGroupId.valueOf(request.getServerRequest().getRaftGroupId().getId()));
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
