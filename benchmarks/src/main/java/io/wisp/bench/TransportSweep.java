// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.TransportOption;
import io.wisp.measure.input.UserError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How transports are swept. JMH crosses every value of every parameter, and would measure a
 * transport again and again for the values of one that means nothing to it; so transports are run
 * in parts, and such a parameter keeps only its first value.
 *
 * @param parts for each of JMH's runs, the values that replace those of its parameters
 * @param notes what is measured less often than it seems to be asked for, a sentence each
 */
record TransportSweep(List<Map<String, List<String>>> parts, List<String> notes) {

  /**
   * A sweep over transports.
   *
   * @param values the values of a parameter that were asked for, by its name
   */
  static TransportSweep over(List<String> transports, Function<String, Collection<String>> values) {
    Map<Map<String, List<String>>, List<String>> groups = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    for (String transport : transports) {
      groups.computeIfAbsent(reduced(transport, values), key -> new ArrayList<>()).add(transport);
    }
    List<Map<String, List<String>>> parts = new ArrayList<>();
    groups.forEach(
        (reduced, members) -> {
          Map<String, List<String>> part = new LinkedHashMap<>(reduced);
          part.put("transport", List.copyOf(members));
          parts.add(part);
          if (!reduced.isEmpty()) {
            notes.add(
                "%s: measured once for all values of %s, which it has no use for"
                    .formatted(String.join(", ", members), String.join(" and ", reduced.keySet())));
          }
        });
    return new TransportSweep(List.copyOf(parts), List.copyOf(notes));
  }

  private static Map<String, List<String>> reduced(
      String transport, Function<String, Collection<String>> values) {
    Map<String, List<String>> reduced = new LinkedHashMap<>();
    for (TransportOption parameter : TransportOption.values()) {
      List<String> asked = List.copyOf(values.apply(parameter.word()));
      if (asked.size() > 1 && !parameter.isUsedBy(transport)) {
        reduced.put(parameter.word(), asked.subList(0, 1));
      }
    }
    return reduced;
  }

  /** Refuses a parameter that was given and that none of the transports has a use for. */
  static void requireUses(Collection<String> given, List<String> transports) {
    for (TransportOption parameter : TransportOption.values()) {
      if (given.contains(parameter.word()) && transports.stream().noneMatch(parameter::isUsedBy)) {
        throw UserError.usage(
            "%s is for %s, and means nothing to %s"
                .formatted(
                    parameter.word(),
                    String.join(" and ", parameter.transports()),
                    String.join(", ", transports)));
      }
    }
  }
}
