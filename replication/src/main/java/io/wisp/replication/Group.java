// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.transport.MemberId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.jspecify.annotations.Nullable;

/**
 * The members with which a log began that several share: the nodes of a shard, as the file has
 * them. Who they are later the log says ({@link Members}).
 *
 * @param shard its name
 * @param members all of them, by their names in order; none if that is not known, because this one
 *     came later
 * @param slots that they have, and the epoch of the file that gives them
 * @param self this one, as its file has it
 */
record Group(String shard, List<ClusterNode> members, String slots, ClusterNode self) {

  /** Members talk to each other at their port and so much more, as Redis does for its bus. */
  static final int PORT_OFFSET = 10_000;

  private static final int LAST_PORT = 65_535;

  private static final Pattern MEMBER = Pattern.compile("(\\S+) at (\\S+):(\\d{1,5})");

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
      String fault = faultOf(each);
      if (fault != null) {
        throw new IOException(fault);
      }
    }
    String slots =
        member.place().master().slots().stream()
            .map(SlotRange::toString)
            .collect(Collectors.joining(","));
    return new Group(
        member.node().shard(), members, slots + ", epoch " + member.map().epoch(), member.node());
  }

  /** Why a node cannot share a log; null if it can. */
  static @Nullable String faultOf(ClusterNode node) {
    if (node.host().indexOf('_') >= 0) {
      return "node %s has the host %s, and members of a group find no host with an underscore"
          .formatted(node.name(), node.host());
    }
    return node.port() + PORT_OFFSET > LAST_PORT
        ? "node %s has the port %s, and needs that and %s more for its replicas: %s is the most"
            .formatted(node.name(), node.port(), PORT_OFFSET, LAST_PORT - PORT_OFFSET)
        : null;
  }

  /** The same for one that comes to a group which has begun without it. */
  Group ofNewcomer() {
    return new Group(shard, List.of(), slots, self);
  }

  /**
   * The same with those with which it has begun.
   *
   * @param founders what {@link #toString} was then
   */
  Group begunAs(String founders) {
    List<ClusterNode> begun = new ArrayList<>();
    for (String each : founders.substring(0, founders.lastIndexOf(';')).split(", ", -1)) {
      Matcher node = MEMBER.matcher(each.substring(each.lastIndexOf(": ") + 1).strip());
      if (node.matches()) {
        int port = Integer.parseInt(node.group(3));
        begun.add(new ClusterNode(node.group(1), node.group(2), port, List.of(), shard));
      }
    }
    return new Group(shard, List.copyOf(begun), slots, self);
  }

  /** Whether the folder of a member is of the same shard, with the same slots. */
  boolean isOfShard(String founders) {
    return founders.startsWith(shard + ": ") && founders.endsWith("; slots " + slots);
  }

  /** Where this member listens for the others. */
  int port() {
    return self.port() + PORT_OFFSET;
  }

  /** The same for members whose files say the same of their shard, and another for others. */
  UUID id() {
    return UUID.nameUUIDFromBytes(toString().getBytes(StandardCharsets.UTF_8));
  }

  /** For Ratis, by the identifier that the folder has. */
  RaftGroup toRaft(UUID group) {
    List<RaftPeer> peers = members.stream().map(each -> peer(each.name(), each)).toList();
    return RaftGroup.valueOf(RaftGroupId.valueOf(group), peers);
  }

  /** A member with an identifier. */
  static RaftPeer peer(String identifier, ClusterNode node) {
    return RaftPeer.newBuilder().setId(identifier).setAddress(address(node)).build();
  }

  /** The node that a member of this shard is. */
  ClusterNode node(RaftPeer member) {
    String address = member.getAddress();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    boolean hasBrackets = host.startsWith("[") && host.endsWith("]");
    return new ClusterNode(
        MemberId.nodeOf(member.getId().toString()),
        hasBrackets ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(address, colon + 1, address.length(), 10) - PORT_OFFSET,
        List.of(),
        shard);
  }

  /** Where others find a member. */
  static String address(ClusterNode node) {
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
