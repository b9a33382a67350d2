// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Subcommands.Subcommand;
import io.wisp.transport.tcp.resp.Errors;
import java.util.Iterator;

/** CLIENT ID, GETNAME, SETNAME, SETINFO, INFO, LIST, NO-EVICT and NO-TOUCH. */
final class ClientCommand {

  static final String BAD_NAME =
      "ERR Client names cannot contain spaces, newlines or special characters.";

  private static final int MAX_NAME_LENGTH = 1024;

  private static final int LINES_PER_STEP = 256;

  private ClientCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "CLIENT",
        new Subcommand("ID", 2, "The number of this connection.", ClientCommand::id),
        new Subcommand("GETNAME", 2, "The name of this connection.", ClientCommand::getName),
        new Subcommand("SETNAME", 3, "Names this connection.", ClientCommand::setName),
        new Subcommand("SETINFO", 4, "Sets LIB-NAME or LIB-VER.", ClientCommand::setInformation),
        new Subcommand("INFO", 2, "Tells of this connection.", ClientCommand::information),
        new Subcommand("LIST", -2, "Tells of all connections.", ClientCommand::list),
        new Subcommand("NO-EVICT", 3, "ON or OFF; changes nothing.", ClientCommand::onOrOff),
        new Subcommand("NO-TOUCH", 3, "ON or OFF; changes nothing.", ClientCommand::onOrOff));
  }

  private static void id(CommandRequest request) {
    request.reply().integer(request.client().id());
  }

  private static void getName(CommandRequest request) {
    String name = request.client().name();
    if (name.isEmpty()) {
      request.reply().absent();
    } else {
      request.reply().bulk(name);
    }
  }

  private static void information(CommandRequest request) {
    request.reply().verbatim(request.client().line(request.now()) + "\n");
  }

  private static void list(CommandRequest request) {
    if (request.arguments().count() > 2) {
      request.fail(Errors.SYNTAX);
      return;
    }
    request.execution().goOnWith(listing(request.server().clients().iterator()));
  }

  private static Continuation listing(Iterator<String> clients) {
    StringBuilder lines = new StringBuilder();
    return reply -> {
      for (int i = 0; i < LINES_PER_STEP && clients.hasNext(); i++) {
        lines.append(clients.next()).append('\n');
      }
      if (clients.hasNext()) {
        return true;
      }
      reply.verbatim(lines.toString());
      return false;
    };
  }

  /** Nothing here depends on who is asking, so either is always so. */
  private static void onOrOff(CommandRequest request) {
    if (request.arguments().is(2, "ON") || request.arguments().is(2, "OFF")) {
      request.reply().ok();
    } else {
      request.fail(Errors.SYNTAX);
    }
  }

  private static void setName(CommandRequest request) {
    String name = request.arguments().text(2);
    if (isName(name)) {
      request.client().name(name);
      request.reply().ok();
    } else {
      request.fail(BAD_NAME);
    }
  }

  private static void setInformation(CommandRequest request) {
    String value = request.arguments().text(3);
    ClientState client = request.client();
    boolean isLibraryName = request.arguments().is(2, "LIB-NAME");
    if (!isLibraryName && !request.arguments().is(2, "LIB-VER")) {
      request.fail("ERR Unrecognized option '" + request.arguments().quoted(2) + "'");
      return;
    }
    if (!isName(value)) {
      request.fail(
          "ERR "
              + (isLibraryName ? "lib-name" : "lib-ver")
              + " cannot contain spaces, newlines or special characters.");
      return;
    }
    if (isLibraryName) {
      client.libraryName(value);
    } else {
      client.libraryVersion(value);
    }
    request.reply().ok();
  }

  /** Whether a text can be shown in a line of CLIENT LIST; an empty one takes the name away. */
  static boolean isName(String text) {
    return text.length() <= MAX_NAME_LENGTH && text.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
