package io.wisp.transport.tcp;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The commands about the server. */
final class ServerCommands {

  /** The Redis whose behaviour is followed; clients choose by it what they send. */
  static final String COMPATIBLE_VERSION = "7.0.15";

  private ServerCommands() {}

  static void info(Request request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 1 || arguments.count() > 2 || isWhole(arguments)) {
      request.reply().verbatim(request.server().information(null));
    } else {
      String section = arguments.text(1).toLowerCase(Locale.ROOT);
      request.reply().verbatim(request.server().information(section));
    }
  }

  private static boolean isWhole(Arguments arguments) {
    return arguments.is(1, "ALL") || arguments.is(1, "EVERYTHING") || arguments.is(1, "DEFAULT");
  }

  static void config(Request request) {
    Arguments arguments = request.arguments();
    if (!arguments.is(1, "GET")) {
      request.reply().error(Errors.unknownSubcommand(arguments.text(1), "CONFIG"));
      return;
    }
    if (arguments.count() < 3) {
      request.reply().error(Errors.wrongArity("config|get"));
      return;
    }
    Map<String, String> found = new TreeMap<>();
    for (int index = 2; index < arguments.count(); index++) {
      addMatching(request.server().configuration(), arguments.text(index), found);
    }
    request.reply().map(found.size());
    found.forEach(
        (name, value) -> {
          request.reply().bulk(name);
          request.reply().bulk(value);
        });
  }

  private static void addMatching(
      Map<String, String> configuration, String name, Map<String, String> found) {
    GlobPattern pattern = new GlobPattern(bytes(name.toLowerCase(Locale.ROOT)));
    configuration.forEach(
        (key, value) -> {
          if (pattern.matches(bytes(key))) {
            found.put(key, value);
          }
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
