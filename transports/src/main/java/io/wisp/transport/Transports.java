// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The transports on the class path. */
public final class Transports {

  private Transports() {}

  /** Every transport, by port offset and then by name, those included that cannot run here. */
  public static List<Transport> all() {
    return ServiceLoader.load(Transport.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(Transport::portOffset).thenComparing(Transport::name))
        .toList();
  }

  /**
   * The transport of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static Transport named(String name) {
    return all().stream()
        .filter(transport -> transport.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no transport \"" + name + "\"; there are " + names()));
  }

  private static String names() {
    return all().stream().map(Transport::name).collect(Collectors.joining(", "));
  }
}
