// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/**
 * How members of a group talk to each other: by Ratis' gRPC, with a {@link CheckedAppends} between
 * it and the server, and a {@link GroupLogAppender} for each follower. Ratis finds it by the name
 * of this class.
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
      return new GroupLogAppender(server, state, follower);
    }

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return grpc.newRaftServerRpc(CheckedAppends.of(server));
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }
  }
}
