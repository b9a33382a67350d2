// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;

/**
 * The members that share a log: the nodes of a shard.
 *
 * @param shard its name
 * @param members all of them, by their names in order
 * @param slots that they have, and the epoch of the file that gives them
 * @param self the name of this one
 */
record Group(String shard, List<ClusterNode> members, String slots, String self) {

  /** Members talk to each other at their port and so much more, as Redis does for its bus. */
  static final int PORT_OFFSET = 10_000;

  private static final int LAST_PORT = 65_535;

  /**
   * That of a node which has replicas, or is one.
   *
   * @throws IOException if a member has no port for the others; the message names it
   */
  static Group of(ClusterMember member) throws IOException {
    List<ClusterNode> members =
        member.map().shardOf(member.place().index()).stream()
            .sorted(Comparator.comparing(ClusterNode::name))
            .toList();
    for (ClusterNode each : members) {
      if (each.host().indexOf('_') >= 0) {
        throw new IOException(
            "node %s has the host %s, and members of a group find no host with an underscore"
                .formatted(each.name(), each.host()));
      }
      if (each.port() + PORT_OFFSET > LAST_PORT) {
        throw new IOException(
            "node %s has the port %s, and needs that and %s more for its replicas: %s is the most"
                .formatted(each.name(), each.port(), PORT_OFFSET, LAST_PORT - PORT_OFFSET));
      }
    }
    String slots =
        member.place().master().slots().stream()
            .map(SlotRange::toString)
            .collect(Collectors.joining(","));
    return new Group(
        member.node().shard(),
        members,
        slots + ", epoch " + member.map().epoch(),
        member.node().name());
  }

  /** Where this member listens for the others. */
  int port() {
    return members.stream()
            .filter(each -> each.name().equals(self))
            .mapToInt(ClusterNode::port)
            .findFirst()
            .orElseThrow()
        + PORT_OFFSET;
  }

  /** The same for members whose files say the same of their shard, and another for others. */
  UUID id() {
    return UUID.nameUUIDFromBytes(toString().getBytes(StandardCharsets.UTF_8));
  }

  RaftGroup toRaft() {
    List<RaftPeer> peers =
        members.stream()
            .map(each -> RaftPeer.newBuilder().setId(each.name()).setAddress(address(each)).build())
            .toList();
    return RaftGroup.valueOf(RaftGroupId.valueOf(id()), peers);
  }

  private static String address(ClusterNode node) {
    String host = node.host().indexOf(':') < 0 ? node.host() : "[" + node.host() + "]";
    return host + ":" + (node.port() + PORT_OFFSET);
  }

  /** Its name, members and slots, as the folder has it. */
  @Override
  public String toString() {
    return members.stream()
        .map(ClusterNode::toString)
        .collect(Collectors.joining(", ", shard + ": ", "; slots " + slots));
  }
}
