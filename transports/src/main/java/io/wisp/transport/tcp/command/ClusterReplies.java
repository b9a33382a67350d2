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
import java.util.Objects;

/**
 * What CLUSTER SLOTS, SHARDS, NODES and INFO answer, in the form of Redis 7. Nodes do not talk to
 * each other; so each is taken to be there, and what Redis tells of their talk is 0.
 */
final class ClusterReplies {

  private ClusterReplies() {}

  /** For each run of slots that a node has: first, last, and the node. */
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
      ClusterNode owner = Objects.requireNonNull(map.ownerOf(run.first()));
      reply.array(3);
      reply.integer(run.first());
      reply.integer(run.last());
      reply.array(4);
      reply.bulk(owner.host());
      reply.integer(owner.port());
      reply.bulk(map.idAt(map.ownerIndex(run.first())));
      reply.map(0);
    }
  }

  /** For each node, which is a shard of its own: its slots, and itself. */
  static void shards(CommandRequest request, ClusterMember member) {
    List<ClusterNode> nodes = member.map().nodes();
    ReplyWriter reply = request.reply();
    reply.array(nodes.size());
    for (ClusterNode node : nodes) {
      reply.map(2);
      reply.bulk("slots");
      reply.array(2L * node.slots().size());
      for (SlotRange range : node.slots()) {
        reply.integer(range.first());
        reply.integer(range.last());
      }
      reply.bulk("nodes");
      reply.array(1);
      describe(reply, node);
    }
  }

  private static void describe(ReplyWriter reply, ClusterNode node) {
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
    reply.bulk("master");
    reply.bulk("replication-offset");
    reply.integer(0);
    reply.bulk("health");
    reply.bulk("online");
  }

  /** A line for each node; the port by which nodes talk is 0, for there is none. */
  static void nodes(CommandRequest request, ClusterMember member) {
    ClusterMap map = member.map();
    String myself = member.node().name();
    StringBuilder lines = new StringBuilder();
    for (ClusterNode node : map.nodes()) {
      lines.append(node.id()).append(' ').append(node.address()).append("@0 ");
      lines.append(node.name().equals(myself) ? "myself,master" : "master");
      lines.append(" - 0 0 ").append(map.epoch()).append(" connected");
      node.slots().forEach(range -> lines.append(' ').append(range));
      lines.append('\n');
    }
    request.reply().verbatim(lines.toString());
  }

  static void information(CommandRequest request, ClusterMember member) {
    ClusterMap map = member.map();
    long serving = map.nodes().stream().filter(node -> !node.slots().isEmpty()).count();
    String lines =
        """
        cluster_state:ok
        cluster_slots_assigned:%1$s
        cluster_slots_ok:%1$s
        cluster_slots_pfail:0
        cluster_slots_fail:0
        cluster_known_nodes:%2$s
        cluster_size:%3$s
        cluster_current_epoch:%4$s
        cluster_my_epoch:%4$s
        cluster_stats_messages_sent:0
        cluster_stats_messages_received:0
        total_cluster_links_buffer_limit_exceeded:0
        """
            .formatted(map.assignedSlots(), map.nodes().size(), serving, map.epoch());
    request.reply().verbatim(lines.replace("\n", "\r\n"));
  }
}
