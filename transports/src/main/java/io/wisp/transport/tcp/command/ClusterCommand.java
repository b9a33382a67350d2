// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.KeySlot;
import io.wisp.transport.tcp.command.Command.Handler;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.function.BiConsumer;

/**
 * CLUSTER, and READONLY, READWRITE and ASKING: what a server tells as a node of a cluster, and an
 * error if it is none. ADD-MEMBER and REMOVE-MEMBER change who shares a log, as {@link
 * MemberCommands} says, and {@link MoveSlotsCommand} moves slots; nothing of it changes the cluster
 * else.
 */
final class ClusterCommand {

  private ClusterCommand() {}

  static Handler handler() {
    return new Subcommands(
        "CLUSTER",
        of("SLOTS", 2, "Which node has which slots.", ClusterReplies::slots),
        of("SHARDS", 2, "The slots and the node of each shard.", ClusterReplies::shards),
        of("NODES", 2, "The nodes, a line each.", ClusterReplies::nodes),
        of("MYID", 2, "The node's identifier.", ClusterCommand::id),
        of("MYSHARDID", 2, "The identifier of its shard.", ClusterCommand::shardId),
        of("INFO", 2, "How the cluster is.", ClusterReplies::information),
        of("KEYSLOT", 3, "The slot of a key.", ClusterCommand::keySlot),
        of("COUNTKEYSINSLOT", 3, "How many keys a slot has here.", ClusterCommand::countKeys),
        of("GETKEYSINSLOT", 4, "Some keys of a slot.", ClusterCommand::getKeys),
        of("REPLICAS", 3, "The replicas of a node.", ClusterCommand::replicas),
        of("SLAVES", 3, "The same by its old name.", ClusterCommand::replicas),
        of("COUNT-FAILURE-REPORTS", 3, "Always 0.", ClusterCommand::countFailureReports),
        of("LINKS", 2, "None: nodes do not talk to each other.", ClusterCommand::links),
        of("MEMBERS", 2, "Who shares the log of this node.", MemberCommands::members),
        of("ADD-MEMBER", 5, "Begins to add one of these.", MemberCommands::add),
        of("REMOVE-MEMBER", 3, "Begins to remove one.", MemberCommands::remove));
  }

  private static Subcommand of(
      String name, int arity, String help, BiConsumer<CommandRequest, ClusterMember> work) {
    return new Subcommand(name, arity, help, ofNode(work));
  }

  static Handler ofNode(BiConsumer<CommandRequest, ClusterMember> work) {
    return request -> {
      ClusterMember member = request.server().member();
      if (member == null) {
        request.fail(Errors.NO_CLUSTER);
      } else {
        work.accept(request, member);
      }
    };
  }

  /** READONLY and READWRITE: no replica answers reads, of which these would say something. */
  static Handler accepted() {
    return ofNode((request, member) -> request.reply().ok());
  }

  /** ASKING: the client was sent here for its next request, because a slot is on its way. */
  static Handler asking() {
    return ofNode(
        (request, member) -> {
          request.execution().asking();
          request.reply().ok();
        });
  }

  private static void id(CommandRequest request, ClusterMember member) {
    request.reply().bulk(member.node().id());
  }

  private static void shardId(CommandRequest request, ClusterMember member) {
    request.reply().bulk(member.node().shardId());
  }

  static void keySlot(CommandRequest request, ClusterMember member) {
    request.reply().integer(KeySlot.of(request.key(2)));
  }

  static void countKeys(CommandRequest request, ClusterMember member) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
    } else if (!isSlot(arguments.number())) {
      request.fail("ERR Invalid slot");
    } else {
      request.execution().goOnWith(SlotWalk.counting(request, (int) arguments.number()));
    }
  }

  static void getKeys(CommandRequest request, ClusterMember member) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    long slot = arguments.number();
    if (!arguments.isNumber(3)) {
      request.fail(Errors.NOT_AN_INTEGER);
    } else if (!isSlot(slot) || arguments.number() < 0) {
      request.fail("ERR Invalid slot or number of keys");
    } else {
      request.execution().goOnWith(SlotWalk.giving(request, (int) slot, arguments.number()));
    }
  }

  private static boolean isSlot(long number) {
    return number >= 0 && number < KeySlot.COUNT;
  }

  private static void replicas(CommandRequest request, ClusterMember member) {
    int node = nodeOf(request, member);
    if (node >= 0) {
      ClusterReplies.replicas(request, member, node);
    }
  }

  private static void countFailureReports(CommandRequest request, ClusterMember member) {
    if (nodeOf(request, member) >= 0) {
      request.reply().integer(0);
    }
  }

  /** The place of the node whose identifier the argument is; if there is none, that is replied. */
  private static int nodeOf(CommandRequest request, ClusterMember member) {
    String id = request.arguments().quoted(2);
    ClusterMap map = member.map();
    for (int i = 0; i < map.nodes().size(); i++) {
      if (map.idAt(i).equals(id)) {
        return i;
      }
    }
    request.fail("ERR Unknown node " + id);
    return -1;
  }

  static void links(CommandRequest request, ClusterMember member) {
    request.reply().array(0);
  }
}
