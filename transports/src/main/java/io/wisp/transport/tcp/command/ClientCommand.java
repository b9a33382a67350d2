// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.ClientState.Replies;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** CLIENT ID, GETNAME, SETNAME, SETINFO, INFO, LIST, KILL, REPLY, NO-EVICT and NO-TOUCH. */
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
        new Subcommand("LIST", -2, "Tells of connections.", ClientCommand::list),
        new Subcommand("KILL", -3, "Closes connections.", ClientKill::execute),
        new Subcommand("REPLY", 3, "ON, OFF or SKIP.", ClientCommand::reply),
        new Subcommand("NO-EVICT", 3, "ON or OFF; shown, no more.", ClientCommand::noEvict),
        new Subcommand("NO-TOUCH", 3, "ON or OFF; shown, no more.", ClientCommand::noTouch));
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
    request.reply().verbatim(line(request.client(), request) + "\n");
  }

  private static String line(ClientState client, CommandRequest request) {
    return client.line(request.now(), request.server().second());
  }

  private static void list(CommandRequest request) {
    Arguments arguments = request.arguments();
    Stream<ClientState> clients = request.server().clients();
    if (arguments.count() == 4 && arguments.is(2, "TYPE")) {
      ClientType type = ClientType.named(arguments, 3);
      if (type == null) {
        request.fail(ClientType.unknown(arguments, 3));
        return;
      }
      clients = clients.filter(client -> type == ClientType.NORMAL);
    } else if (arguments.count() > 3 && arguments.is(2, "ID")) {
      List<Long> ids = new ArrayList<>();
      for (int index = 3; index < arguments.count(); index++) {
        if (!arguments.isNumber(index)) {
          request.fail("ERR Invalid client ID");
          return;
        }
        ids.add(arguments.number());
      }
      clients = listed(clients, ids);
    } else if (arguments.count() != 2) {
      request.fail(Errors.SYNTAX);
      return;
    }
    request.execution().goOnWith(listing(clients.map(client -> line(client, request)).iterator()));
  }

  /** Those that were asked for, in that order, as often as they were. */
  private static Stream<ClientState> listed(Stream<ClientState> clients, List<Long> ids) {
    Map<Long, ClientState> found = new HashMap<>();
    clients
        .filter(client -> ids.contains(client.id()))
        .forEach(client -> found.put(client.id(), client));
    List<ClientState> listed = new ArrayList<>();
    for (Long id : ids) {
      ClientState client = found.get(id);
      if (client != null) {
        listed.add(client);
      }
    }
    return listed.stream();
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

  private static void reply(CommandRequest request) {
    Arguments arguments = request.arguments();
    ClientState client = request.client();
    if (arguments.is(2, "ON")) {
      client.replies(Replies.ON);
      request.reply().ok();
    } else if (arguments.is(2, "OFF")) {
      client.replies(Replies.OFF);
    } else if (!arguments.is(2, "SKIP")) {
      request.fail(Errors.SYNTAX);
    } else if (client.replies() != Replies.OFF) {
      client.replies(Replies.SKIP_NEXT);
    }
  }

  private static void noEvict(CommandRequest request) {
    if (isOnOrOff(request)) {
      request.client().excludedFromEviction(request.arguments().is(2, "ON"));
      request.reply().ok();
    }
  }

  private static void noTouch(CommandRequest request) {
    if (isOnOrOff(request)) {
      request.client().touchless(request.arguments().is(2, "ON"));
      request.reply().ok();
    }
  }

  private static boolean isOnOrOff(CommandRequest request) {
    boolean understood = request.arguments().is(2, "ON") || request.arguments().is(2, "OFF");
    if (!understood) {
      request.fail(Errors.SYNTAX);
    }
    return understood;
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
