// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What CLUSTER SLOTS, SHARDS, NODES, REPLICAS and INFO answer, in the form of Redis 7. Nodes do not
 * look after each other; so each is taken to be there, and what Redis tells of their talk is 0.
 */
final class ClusterReplies {

  private ClusterReplies() {}

  /** For each run of slots that a node has: first, last, the node, and its replicas. */
  static void slots(CommandRequest request, ClusterMember member) {
    ClusterMap map = member.map();
    List<SlotRange> runs = new ArrayList<>();
    int first = 0;
    for (int slot = 1; slot <= KeySlot.COUNT; slot++) {
      if (slot == KeySlot.COUNT || map.ownerIndex(slot) != map.ownerIndex(first)) {
        if (map.ownerOf(first) != null) {
          runs.add(new SlotRange(first, slot - 1));
        }
        first = slot;
      }
    }
    ReplyWriter reply = request.reply();
    reply.array(runs.size());
    for (SlotRange run : runs) {
      int owner = map.ownerIndex(run.first());
      List<ClusterNode> shard = map.shardOf(owner);
      reply.array(2L + shard.size());
      reply.integer(run.first());
      reply.integer(run.last());
      writeNode(reply, shard.getFirst(), map.idAt(owner));
      for (ClusterNode replica : shard.subList(1, shard.size())) {
        writeNode(reply, replica, replica.id());
      }
    }
  }

  private static void writeNode(ReplyWriter reply, ClusterNode node, String id) {
    reply.array(4);
    reply.bulk(node.host());
    reply.integer(node.port());
    reply.bulk(id);
    reply.map(0);
  }

  /** For each shard: its slots, its master, and the master's replicas. */
  static void shards(CommandRequest request, ClusterMember member) {
    ClusterMap map = member.map();
    List<ClusterNode> nodes = map.nodes();
    ReplyWriter reply = request.reply();
    reply.array(IntStream.range(0, nodes.size()).filter(i -> map.masterIndex(i) == i).count());
    for (int i = 0; i < nodes.size(); i++) {
      if (map.masterIndex(i) == i) {
        describeShard(reply, map.shardOf(i));
      }
    }
  }

  private static void describeShard(ReplyWriter reply, List<ClusterNode> shard) {
    ClusterNode master = shard.getFirst();
    reply.map(2);
    reply.bulk("slots");
    reply.array(2L * master.slots().size());
    for (SlotRange range : master.slots()) {
      reply.integer(range.first());
      reply.integer(range.last());
    }
    reply.bulk("nodes");
    reply.array(shard.size());
    describe(reply, master, "master");
    for (ClusterNode replica : shard.subList(1, shard.size())) {
      describe(reply, replica, "replica");
    }
  }

  private static void describe(ReplyWriter reply, ClusterNode node, String role) {
    reply.map(7);
    reply.bulk("id");
    reply.bulk(node.id());
    reply.bulk("port");
    reply.integer(node.port());
    reply.bulk("ip");
    reply.bulk(node.host());
    reply.bulk("endpoint");
    reply.bulk(node.host());
    reply.bulk("role");
    reply.bulk(role);
    reply.bulk("replication-offset");
    reply.integer(0);
    reply.bulk("health");
    reply.bulk("online");
  }

  /** A line for each node. */
  static void nodes(CommandRequest request, ClusterMember member) {
    ClusterMember.Place place = member.place();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < place.map().nodes().size(); i++) {
      lines.append(line(place, i)).append('\n');
    }
    request.reply().verbatim(lines.toString());
  }

  /** A line for each replica of a node. */
  static void replicas(CommandRequest request, ClusterMember member, int node) {
    ClusterMember.Place place = member.place();
    ClusterMap map = place.map();
    int[] replicas =
        IntStream.range(0, map.nodes().size())
            .filter(i -> i != node && map.masterIndex(i) == node)
            .toArray();
    request.reply().array(replicas.length);
    for (int replica : replicas) {
      request.reply().bulk(line(place, replica));
    }
  }

  /** What is said of a node; the port by which nodes talk is 0, for no client has use for it. */
  private static String line(ClusterMember.Place place, int index) {
    ClusterMap map = place.map();
    ClusterNode node = map.nodes().get(index);
    int master = map.masterIndex(index);
    StringBuilder line = new StringBuilder();
    line.append(node.id()).append(' ').append(node.address()).append("@0 ");
    line.append(index == place.index() ? "myself," : "");
    line.append(master == index ? "master - " : "slave " + map.idAt(master) + " ");
    line.append("0 0 ").append(map.epochAt(index)).append(" connected");
    node.slots().forEach(range -> line.append(' ').append(range));
    return line.toString();
  }

  static void information(CommandRequest request, ClusterMember member) {
    ClusterMember.Place place = member.place();
    ClusterMap map = place.map();
    long serving = map.nodes().stream().filter(node -> !node.slots().isEmpty()).count();
    String lines =
        """
        cluster_state:%5$s
        cluster_slots_assigned:%1$s
        cluster_slots_ok:%1$s
        cluster_slots_pfail:0
        cluster_slots_fail:0
        cluster_known_nodes:%2$s
        cluster_size:%3$s
        cluster_current_epoch:%4$s
        cluster_my_epoch:%6$s
        cluster_stats_messages_sent:0
        cluster_stats_messages_received:0
        total_cluster_links_buffer_limit_exceeded:0
        """
            .formatted(
                map.assignedSlots(),
                map.nodes().size(),
                serving,
                map.currentEpoch(),
                place.settled() ? "ok" : "fail",
                map.epochAt(place.index()));
    request.reply().verbatim(lines.replace("\n", "\r\n"));
  }
}
