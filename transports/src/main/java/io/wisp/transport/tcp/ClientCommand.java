package io.wisp.transport.tcp;

import java.util.stream.Collectors;

/** CLIENT ID, GETNAME, SETNAME, SETINFO, INFO, LIST, NO-EVICT and NO-TOUCH. */
final class ClientCommand implements Command.Handler {

  static final String BAD_NAME =
      "ERR Client names cannot contain spaces, newlines or special characters.";

  private static final int MAX_NAME_LENGTH = 1024;

  @Override
  public void execute(Request request) {
    Arguments arguments = request.arguments();
    ClientInfo client = request.session().client();
    ReplyWriter reply = request.reply();
    if (matches(request, "ID", 2)) {
      reply.integer(client.id());
    } else if (matches(request, "GETNAME", 2)) {
      if (client.name().isEmpty()) {
        reply.absent();
      } else {
        reply.bulk(client.name());
      }
    } else if (matches(request, "SETNAME", 3)) {
      setName(request, arguments.text(2));
    } else if (matches(request, "SETINFO", 4)) {
      setInformation(request, arguments.text(3));
    } else if (matches(request, "INFO", 2)) {
      reply.verbatim(client.line(request.now()) + "\n");
    } else if (matches(request, "LIST", 2)) {
      reply.verbatim(request.server().clients().collect(Collectors.joining("\n", "", "\n")));
    } else if (matches(request, "NO-EVICT", 3) || matches(request, "NO-TOUCH", 3)) {
      // Nothing here depends on who is asking, so either is always so.
      reply.ok();
    } else {
      reply.error(Errors.unknownSubcommand(arguments.text(1), "CLIENT"));
    }
  }

  private static boolean matches(Request request, String subcommand, int count) {
    return request.arguments().is(1, subcommand) && request.arguments().count() == count;
  }

  private static void setName(Request request, String name) {
    if (isName(name)) {
      request.session().client().name(name);
      request.reply().ok();
    } else {
      request.reply().error(BAD_NAME);
    }
  }

  private static void setInformation(Request request, String value) {
    ClientInfo client = request.session().client();
    boolean isLibraryName = request.arguments().is(2, "LIB-NAME");
    if (!isLibraryName && !request.arguments().is(2, "LIB-VER")) {
      request.reply().error("ERR Unrecognized option '" + request.arguments().text(2) + "'");
      return;
    }
    if (!isName(value)) {
      request
          .reply()
          .error(
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
