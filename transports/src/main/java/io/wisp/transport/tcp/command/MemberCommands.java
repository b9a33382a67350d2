// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CLUSTER MEMBERS, ADD-MEMBER and REMOVE-MEMBER: who shares the log of this node. What they begin
 * takes its time, and MEMBERS tells of its end; so nobody who is served beside them waits.
 */
final class MemberCommands {

  private static final String NO_GROUP = "ERR this node shares its log with nobody";
  private static final int LAST_PORT = 65_535;

  private MemberCommands() {}

  /** What {@link GroupMembers#description} says, a line of {@code name:value} for each. */
  static void members(CommandRequest request, ClusterMember member) {
    GroupMembers members = request.server().members();
    if (members == null) {
      request.fail(NO_GROUP);
      return;
    }
    String lines =
        members.description().entrySet().stream()
            .map(line -> line.getKey() + ":" + line.getValue() + "\r\n")
            .collect(Collectors.joining());
    request.reply().verbatim(lines);
  }

  /** ADD-MEMBER IDENTIFIER HOST PORT. */
  static void add(CommandRequest request, ClusterMember member) {
    GroupMembers members = request.server().members();
    Arguments arguments = request.arguments();
    if (members == null) {
      request.fail(NO_GROUP);
    } else if (!arguments.isNumber(4)) {
      request.fail(Errors.NOT_AN_INTEGER);
    } else if (arguments.number() < 1 || arguments.number() > LAST_PORT) {
      request.fail("ERR the port is not between 1 and " + LAST_PORT);
    } else {
      int port = (int) arguments.number();
      reply(request, members.add(arguments.text(2), arguments.text(3), port));
    }
  }

  /** REMOVE-MEMBER IDENTIFIER. */
  static void remove(CommandRequest request, ClusterMember member) {
    GroupMembers members = request.server().members();
    if (members == null) {
      request.fail(NO_GROUP);
    } else {
      reply(request, members.remove(request.arguments().text(2)));
    }
  }

  private static void reply(CommandRequest request, @Nullable String refusal) {
    if (refusal == null) {
      request.reply().ok();
    } else {
      request.fail(refusal);
    }
  }
}
