// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import java.util.List;
import java.util.Optional;

/**
 * The cores that clients and server get. It decides more than the code does: a round trip between
 * two cores that sleep costs many times one that stays on a core, so what is compared is placed
 * alike.
 *
 * @param clientCores a core for all clients, or empty to leave them free
 * @param serverCores a core for the server, or empty to leave it free
 */
public record Placement(Optional<String> clientCores, Optional<String> serverCores) {

  /** The placement that leaves everything to the kernel. */
  public static final String FREE_NAME = "free";

  /** The names of placements: left to the kernel, both on one core, one core each. */
  public static final List<String> NAMES = List.of(FREE_NAME, "shared", "split");

  private static final Placement FREE = new Placement(Optional.empty(), Optional.empty());

  /**
   * A placement on the cores that this process may use: the last one for clients, and for the
   * server the same or the one before.
   *
   * @throws IllegalArgumentException if there is none of this name, or this machine cannot do it
   */
  public static Placement named(String name) {
    return named(name, allowed());
  }

  private static List<Integer> allowed() {
    String list = CoreList.allowedHere();
    return list.isEmpty() ? List.of() : CoreList.parse(list).numbers();
  }

  static Placement named(String name, List<Integer> cores) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "there is no placement \"" + name + "\"; there are " + String.join(", ", NAMES));
    }
    int needed = NAMES.indexOf(name);
    if (cores.size() < needed) {
      throw new IllegalArgumentException(
          "placement \"" + name + "\" needs " + needed + " cores, and there are " + cores.size());
    }
    return switch (name) {
      case "shared" -> pinned(cores.getLast(), cores.getLast());
      case "split" -> pinned(cores.getLast(), cores.get(cores.size() - 2));
      default -> FREE;
    };
  }

  private static Placement pinned(int clientCore, int serverCore) {
    return new Placement(
        Optional.of(Integer.toString(clientCore)), Optional.of(Integer.toString(serverCore)));
  }
}
