// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Subcommands.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The commands about the server. */
public final class ServerCommands {

  /** The Redis whose behaviour is followed; clients choose by it what they send. */
  public static final String COMPATIBLE_VERSION = "7.0.15";

  private static final Set<String> WHOLE = Set.of("all", "everything", "default");

  private ServerCommands() {}

  static void info(CommandRequest request) {
    // The store's statistics are gathered from all its pages.
    request.execution().countAsStep();
    Arguments arguments = request.arguments();
    Set<String> sections = new HashSet<>();
    for (int index = 1; index < arguments.count(); index++) {
      sections.add(arguments.text(index).toLowerCase(Locale.ROOT));
    }
    if (!Collections.disjoint(sections, WHOLE)) {
      sections.clear();
    }
    request.reply().verbatim(request.server().information(sections));
  }

  /** By the clock that expiries are compared with, which knows milliseconds. */
  static void time(CommandRequest request) {
    long now = request.now();
    request.reply().array(2);
    request.reply().bulk(Long.toString(now / 1000));
    request.reply().bulk(Long.toString(now % 1000 * 1000));
  }

  /** WAIT: there are no replicas, so none has to be waited for. */
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

  static Command.Handler config() {
    return new Subcommands(
        "CONFIG",
        new Subcommand("GET", -3, "Parameters that match a pattern.", ServerCommands::configGet));
  }

  private static void configGet(CommandRequest request) {
    Arguments arguments = request.arguments();
    request.execution().countAsStep();
    Map<String, String> found = new TreeMap<>();
    for (int index = 2; index < arguments.count(); index++) {
      if (arguments.length(index) > GlobPattern.MAX_LENGTH) {
        request.fail(Errors.patternTooLong(arguments.length(index), GlobPattern.MAX_LENGTH));
        return;
      }
      addMatching(request.server().configuration(), arguments.bytes(index), found);
    }
    request.reply().map(found.size());
    found.forEach(
        (name, value) -> {
          request.reply().bulk(name);
          request.reply().bulk(value);
        });
  }

  private static void addMatching(
      Map<String, String> configuration, byte[] name, Map<String, String> found) {
    // Whole, unlike Arguments.text, for what is at the end of a pattern counts.
    String lowerCase = new String(name, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    GlobPattern pattern = new GlobPattern(bytes(lowerCase));
    configuration.forEach(
        (key, value) -> {
          if (GlobMatch.matches(pattern, bytes(key))) {
            found.put(key, value);
          }
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
