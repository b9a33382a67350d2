// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

import io.wisp.cli.common.HelpText;
import io.wisp.cli.common.Password;
import io.wisp.cli.common.Streams;
import io.wisp.measure.input.ExitCode;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import io.wisp.transport.MemberId;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Shows who shares a log, has members come, go and be replaced, and has slots move. */
public final class ClusterTool {

  /** By which the command is asked for. */
  public static final String WORD = "cluster";

  private final ClusterArguments arguments;
  private final PrintStream out;

  /** That of a command line. */
  public ClusterTool(ClusterArguments arguments, Streams streams) {
    this.arguments = arguments;
    out = streams.out();
  }

  /**
   * Does what the command line says.
   *
   * @return the exit code
   */
  public int run() {
    List<String> words = arguments.words;
    if (arguments.help || words.isEmpty()) {
      out.print(help());
      return ExitCode.SUCCESS;
    }
    switch (words.getFirst()) {
      case "status" -> status(node(1, 2));
      case "add" -> add(node(1, 3), node(2, 3));
      case "replace" -> replace(node(1, 3), node(2, 3));
      case "remove" -> remove(node(1, 3), words.get(2));
      case "move" -> {
        Endpoint node = node(1, 5);
        SlotMove.run(arguments, node, words.get(2), words.get(3), words.get(4), out);
      }
      default ->
          throw UserError.usage(
              "cluster "
                  + words.getFirst()
                  + " is nothing; there are status, add, replace, remove and move");
    }
    return ExitCode.SUCCESS;
  }

  /** A word that names a node, of a command with so many words. */
  private Endpoint node(int index, int count) {
    List<String> words = arguments.words;
    if (words.size() != count) {
      throw UserError.usage(
          "cluster %s takes %s: ./wisp cluster -h shows which"
              .formatted(words.getFirst(), wordsBehind(count)));
    }
    try {
      return Endpoint.parse(words.get(index));
    } catch (IllegalArgumentException e) {
      throw UserError.usage(words.get(index) + ": " + e.getMessage());
    }
  }

  private static String wordsBehind(int count) {
    return switch (count) {
      case 2 -> "a node";
      case 3 -> "two words";
      default -> "four words";
    };
  }

  private GroupChange group(Endpoint node) {
    return new GroupChange(node, Password.of(arguments.password), arguments.timeout(), out);
  }

  private void status(Endpoint node) {
    MemberReport report = ask(group(node), node);
    out.println("group " + report.group());
    report
        .members()
        .forEach(
            (identifier, at) ->
                out.println(
                    identifier
                        + " at "
                        + at
                        + (identifier.equals(report.leader()) ? ", the master" : "")));
    if (report.waits()) {
      out.println(report.self() + " at " + node + " is no member, and waits to be added");
    }
    if (!report.change().isEmpty()) {
      out.println("what " + node + " was asked for last: " + report.change());
      out.println("  " + report.outcome());
    }
    out.println("another one is started, the first time, with --join " + report.group());
  }

  private static MemberReport ask(GroupChange group, Endpoint node) {
    try {
      return group.report(node);
    } catch (IOException e) {
      throw UserError.failure(node + " cannot be asked: " + e.getMessage());
    } catch (RefusedException e) {
      throw UserError.failure(node + " refuses: " + e.getMessage());
    }
  }

  private void add(Endpoint node, Endpoint added) {
    GroupChange group = group(node);
    MemberReport newcomer = newcomer(group, added);
    List<String> others = new ArrayList<>(membersLike(group, newcomer));
    others.remove(newcomer.self());
    if (!others.isEmpty()) {
      throw UserError.failure(
          "there is a member %s already: ./wisp cluster replace has %s take its place"
              .formatted(others.getFirst(), newcomer.self()));
    }
    add(group, newcomer);
  }

  private void replace(Endpoint node, Endpoint added) {
    GroupChange group = group(node);
    MemberReport newcomer = newcomer(group, added);
    MemberReport leader = group.leader().report();
    List<String> replaced = new ArrayList<>(leader.membersOf(MemberId.nodeOf(newcomer.self())));
    boolean isMember = replaced.remove(newcomer.self());
    if (replaced.isEmpty() && !isMember) {
      throw UserError.failure(
          "there is no member of node %s to be replaced: ./wisp cluster add makes %s one"
              .formatted(MemberId.nodeOf(newcomer.self()), newcomer.self()));
    }
    // One that is gone comes first. With it a majority would be one more, and want the new one: if
    // that, or the leader, ended at the wrong moment, nobody could be elected any more.
    List<String> gone = replaced.stream().filter(each -> !isThere(group, leader, each)).toList();
    gone.forEach(each -> remove(group, each));
    add(group, newcomer);
    replaced.removeAll(gone);
    replaced.forEach(each -> remove(group, each));
  }

  /** Whether a member runs where the others find it. The new one may be there by now. */
  private static boolean isThere(GroupChange group, MemberReport leader, String identifier) {
    try {
      return group.report(leader.addressOf(identifier)).self().equals(identifier);
    } catch (IOException e) {
      return false;
    } catch (RefusedException e) {
      return true;
    }
  }

  private static MemberReport newcomer(GroupChange group, Endpoint at) {
    MemberReport newcomer = ask(group, at);
    MemberReport leader = group.leader().report();
    if (!newcomer.group().equals(leader.group())) {
      throw UserError.failure(
          "%s is of the group %s, and the others are of %s: start it with a new folder and --join"
                  .formatted(at, newcomer.group(), leader.group())
              + " with that");
    }
    if (!newcomer.shard().equals(leader.shard())) {
      throw UserError.failure(
          "by its file %s is of shard %s, and the others are of shard %s"
              .formatted(at, newcomer.shard(), leader.shard()));
    }
    return newcomer;
  }

  private static List<String> membersLike(GroupChange group, MemberReport newcomer) {
    return group.leader().report().membersOf(MemberId.nodeOf(newcomer.self()));
  }

  private void add(GroupChange group, MemberReport newcomer) {
    String identifier = newcomer.self();
    Endpoint at = newcomer.address();
    out.println("adding " + identifier + " at " + at + ", which is sent what it lacks");
    group.make(
        report -> report.members().containsKey(identifier),
        "CLUSTER",
        "ADD-MEMBER",
        identifier,
        at.host(),
        Integer.toString(at.port()));
    out.println(identifier + " is a member");
  }

  private void remove(Endpoint node, String name) {
    GroupChange group = group(node);
    MemberReport report = group.leader().report();
    List<String> meant =
        report.members().containsKey(name) ? List.of(name) : report.membersOf(name);
    if (meant.size() != 1) {
      throw UserError.failure(
          "%s of the members is %s: there are %s"
              .formatted(
                  meant.isEmpty() ? "none" : "more than one",
                  name,
                  String.join(", ", report.members().keySet())));
    }
    remove(group, meant.getFirst());
  }

  private void remove(GroupChange group, String identifier) {
    out.println("removing " + identifier);
    group.make(
        report -> !report.members().containsKey(identifier),
        "CLUSTER",
        "REMOVE-MEMBER",
        identifier);
    out.println(identifier + " is no member any more; if its server runs, it ends");
  }

  private static String help() {
    return new HelpText()
        .paragraph("./wisp cluster COMMAND NODE [OPTION...]")
        .heading(
            "Shows who shares the log of a node that has replicas, has others come and go, and has"
                + " slots move to another node, while all is served. NODE is HOST[:PORT] of any"
                + " member that runs; for move, of any node of the cluster.")
        .heading("Commands:")
        .row("status NODE", "Who the members are, and what a new one is started with.")
        .row(
            "add NODE NEW",
            "Make the server at NEW a member, which was started with --join. It is sent what it"
                + " lacks first. If it cannot be reached, nothing changes.")
        .row(
            "replace NODE NEW",
            "The same, and remove the member of the same name: after a disk was lost.")
        .row(
            "remove NODE NAME",
            "Have a member leave, and its server end. NAME is that of its node, or its identifier.")
        .row(
            "move NODE SLOTS FROM TO",
            "Have SLOTS, as 0-99,7000, go from the node FROM and its replicas to the node TO and its"
                + " own. All of them log their writes (--data). If it is interrupted, the same"
                + " command goes on. FROM and TO are names of the file.")
        .heading("Options:")
        .row("--password PASSWORD", "The nodes' password, unless WISP_PASSWORD says it.")
        .row("--timeout TIME", "How long all of it may take, 10m unless given; not for move.")
        .row("--patience TIME", "Of move: how long a node may be gone, 60s unless given.")
        .heading("Exit codes:")
        .row("0", "It is done.")
        .row("1", "It could not be done, or not all of it in time; status tells what there is.")
        .row("2", "The command line was wrong, and nothing was tried.")
        .toString();
  }
}
