// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;

/**
 * How the only member of a group talks to the others: not at all, so that nothing listens and
 * nobody can send it messages of Raft. Ratis finds it by the name of this class.
 */
public final class LoneRpcType implements RpcType {

  @Override
  public String name() {
    return LoneRpcType.class.getName();
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new Factory(this);
  }

  private record Factory(RpcType type) implements ServerFactory {

    @Override
    public RaftServerRpc newRaftServerRpc(RaftServer server) {
      return new LoneRpc(type);
    }

    @Override
    public RpcType getRpcType() {
      return type;
    }
  }
}
