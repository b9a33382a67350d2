// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Which program a client is connected to, by what that says of itself: {@code redis 7.0.15}. */
final class ServerName {

  private static final String UNKNOWN = "unknown";
  private static final String VERSION = "_version";

  /**
   * Programs that speak RESP and tell no name in INFO, but a version. Redis comes last, because the
   * others also tell the version of it that they are compatible with.
   */
  private static final List<String> PROGRAMS =
      List.of("dragonfly", "garnet", "kvrocks", "keydb", "redis");

  private ServerName() {}

  /** Asks a server by a connection of its own: one that has no INFO may end it. */
  static String ask(Supplier<Client> connector) {
    try (Client client = connector.get()) {
      return of(client.information());
    } catch (TransportException e) {
      return UNKNOWN;
    }
  }

  /**
   * The program that wrote some lines of {@code name:value}. A server that is reached by one of
   * Wisp's own protocols is Wisp, and names its transport.
   */
  static String of(String information) {
    Map<String, String> lines =
        information
            .lines()
            .filter(line -> line.indexOf(':') > 0)
            .collect(
                Collectors.toMap(
                    line -> line.substring(0, line.indexOf(':')),
                    line -> line.substring(line.indexOf(':') + 1).strip(),
                    (first, second) -> first));
    String name = lines.get("server_name");
    if (name != null) {
      return (name + " " + lines.getOrDefault(name + VERSION, "")).strip();
    }
    return PROGRAMS.stream()
        .filter(program -> lines.containsKey(program + VERSION))
        .findFirst()
        .map(program -> program + " " + lines.get(program + VERSION))
        .orElse(lines.containsKey("transport") ? "wisp" : UNKNOWN);
  }
}
