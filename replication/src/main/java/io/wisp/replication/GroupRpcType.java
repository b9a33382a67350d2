// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/**
 * How members of a group talk to each other: by Ratis' gRPC, with one check more. Ratis looks at
 * the leader's term when a request to append comes, and answers when the entries are on the disk.
 * In between the follower may vote for another leader, whose log need not have them; to acknowledge
 * them then, in the old term, would let the old leader commit what the new one will cut off. So a
 * follower acknowledges entries only if its term is still that of the leader, and if its log has
 * them: see Raft, section 5.4 of "In Search of an Understandable Consensus Algorithm". Ratis finds
 * it by the name of this class.
 */
public final class GroupRpcType implements RpcType {

  @Override
  public String name() {
    return GroupRpcType.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(this, new GrpcFactory(parameters));
  }

  private record Factory(RpcType type, GrpcFactory grpc) implements ServerFactory {

    @Override
    public LogAppender newLogAppender(
        RaftServer.Division server, LeaderState state, FollowerInfo follower) {
      return grpc.newLogAppender(server, state, follower);
    }

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return grpc.newRaftServerRpc(checking(server));
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }
  }

  private static RaftServer checking(RaftServer server) {
    return (RaftServer)
        Proxy.newProxyInstance(
            GroupRpcType.class.getClassLoader(),
            new Class<?>[] {RaftServer.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(server, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
              return arguments != null
                      && arguments[0] instanceof AppendEntriesRequestProto request
                      && result instanceof CompletableFuture<?> reply
                  ? reply.thenApply(each -> check(server, request, (AppendEntriesReplyProto) each))
                  : result;
            });
  }

  private static AppendEntriesReplyProto check(
      RaftServer server, AppendEntriesRequestProto request, AppendEntriesReplyProto reply) {
    if (request.getEntriesCount() == 0 || reply.getResult() != AppendResult.SUCCESS) {
      return reply;
    }
    try {
      RaftServer.Division division =
          server.getDivision(
              RaftGroupId.valueOf(request.getServerRequest().getRaftGroupId().getId()));
      RaftLog log = division.getRaftLog();
      long last = request.getEntries(request.getEntriesCount() - 1).getIndex();
      // It votes, and changes its term, under this lock.
      synchronized (division) {
        return checked(request, reply, division.getInfo().getCurrentTerm(), log.getTermIndex(last));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What a follower answers that would acknowledge entries.
   *
   * @param term its own now
   * @param there what its log has in the place of the last of them
   */
  static AppendEntriesReplyProto checked(
      AppendEntriesRequestProto request,
      AppendEntriesReplyProto reply,
      long term,
      @Nullable TermIndex there) {
    if (term != request.getLeaderTerm()) {
      return reply.toBuilder()
          .setTerm(term)
          .setResult(AppendResult.NOT_LEADER)
          .setServerReply(reply.getServerReply().toBuilder().setSuccess(false))
          .build();
    }
    TermIndex last = TermIndex.valueOf(request.getEntries(request.getEntriesCount() - 1));
    if (!last.equals(there)) {
      // The leader sends them again.
      throw new IllegalStateException("the log has " + there + " in the place of " + last);
    }
    return reply;
  }
}
