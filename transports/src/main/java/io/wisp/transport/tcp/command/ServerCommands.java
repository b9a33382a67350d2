// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.transport.tcp.command.Command.Handler;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** The commands about the server. */
public final class ServerCommands {

  /** The Redis whose behaviour is followed; clients choose by it what they send. */
  public static final String COMPATIBLE_VERSION = "7.0.15";

  private static final String WISP =
      """
             (
            ) )
           ( o (
            \\_/
        ~  ~~~~~  ~   ~~
      ~~ ~~   ~~~   ~~  ~~~
      """;

  private ServerCommands() {}

  static void info(CommandRequest request) {
    // The store's statistics are gathered from all its pages.
    request.execution().countAsStep();
    Arguments arguments = request.arguments();
    Set<String> sections = new HashSet<>();
    for (int index = 1; index < arguments.count(); index++) {
      sections.add(arguments.text(index).toLowerCase(Locale.ROOT));
    }
    request.reply().verbatim(request.server().information(sections));
  }

  /** ACL WHOAMI: there is one user. */
  static Handler accessControl() {
    return new Subcommands(
        "ACL",
        new Subcommand(
            "WHOAMI", 2, "The name of the user.", request -> request.reply().bulk("default")));
  }

  /** MODULE LIST: there are none. */
  static Handler modules() {
    return new Subcommands(
        "MODULE", new Subcommand("LIST", 2, "None.", request -> request.reply().array(0)));
  }

  /** LASTSAVE: as in a Redis that has saved nothing, when the server was started. */
  static void lastSave(CommandRequest request) {
    request.reply().integer(request.server().startedAtMillis() / 1000);
  }

  /** By the clock that expiries are compared with, which knows milliseconds. */
  static void time(CommandRequest request) {
    long now = request.now();
    request.reply().array(2);
    request.reply().bulk(Long.toString(now / 1000));
    request.reply().bulk(Long.toString(now % 1000 * 1000));
  }

  /** WAIT: whatever replicas there are, enough of them have what was acknowledged. */
  static void waitForReplicas(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(1)) {
      request.fail(Errors.NOT_AN_INTEGER);
    } else if (!arguments.isNumber(2)) {
      request.fail("ERR timeout is not an integer or out of range");
    } else if (arguments.number() < 0) {
      request.fail("ERR timeout is negative");
    } else {
      request.reply().integer(0);
    }
  }

  /** ROLE: a server that nobody follows, or that follows the master of its shard. */
  static void role(CommandRequest request) {
    ClusterMember member = request.server().member();
    ClusterMember.Place place = member == null ? null : member.place();
    if (place != null && !place.leads()) {
      ClusterNode master = place.master();
      request.reply().array(5);
      request.reply().bulk("slave");
      request.reply().bulk(master.host());
      request.reply().integer(master.port());
      request.reply().bulk(place.settled() ? "connected" : "connect");
      request.reply().integer(0);
      return;
    }
    request.reply().array(3);
    request.reply().bulk("master");
    request.reply().integer(0);
    request.reply().array(0);
  }

  /** LOLWUT [VERSION version ...]: a light over a marsh at night. */
  static void lolwut(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() > 2 && arguments.is(1, "VERSION") && !arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    request.reply().verbatim(WISP + "\nWisp, like Redis ver. " + COMPATIBLE_VERSION + "\n");
  }
}
