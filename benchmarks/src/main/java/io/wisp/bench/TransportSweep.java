// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.TransportOption;
import io.wisp.measure.input.UserError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * How transports are swept. JMH crosses every value of every parameter, and would measure a
 * transport again and again for the values of one that means nothing to it; so transports are run
 * in parts, and such a parameter keeps only its first value. Parts also give each transport the
 * cores that suit it.
 *
 * @param parts for each of JMH's runs, the values that replace those of its parameters
 * @param notes what is measured less often than it seems to be asked for, a sentence each
 */
record TransportSweep(List<Map<String, List<String>>> parts, List<String> notes) {

  /**
   * A sweep over transports.
   *
   * @param values the values of a parameter that were asked for, by its name
   * @param defaults what they are where that is left to us
   */
  static TransportSweep over(
      List<String> transports,
      Function<String, Collection<String>> values,
      PlacementDefaults defaults) {
    Map<Map<String, List<String>>, List<String>> groups = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    for (String transport : transports) {
      Map<String, List<String>> replaced = reduced(transport, values);
      replaced.putAll(placed(transport, values, defaults));
      groups.computeIfAbsent(replaced, key -> new ArrayList<>()).add(transport);
    }
    List<Map<String, List<String>>> parts = new ArrayList<>();
    groups.forEach(
        (replaced, members) -> {
          Map<String, List<String>> part = new LinkedHashMap<>(replaced);
          part.put("transport", List.copyOf(members));
          parts.add(part);
          for (String transport : members) {
            notes.addAll(
                starvation(
                    transport,
                    name -> part.getOrDefault(name, List.copyOf(values.apply(name))),
                    defaults));
          }
          Set<String> unused = reduced(members.getFirst(), values).keySet();
          if (!unused.isEmpty()) {
            notes.add(
                "%s: measured once for all values of %s, which it has no use for"
                    .formatted(String.join(", ", members), String.join(" and ", unused)));
          }
        });
    return new TransportSweep(List.copyOf(parts), List.copyOf(notes));
  }

  private static Map<String, List<String>> reduced(
      String transport, Function<String, Collection<String>> values) {
    Map<String, List<String>> reduced = new LinkedHashMap<>();
    for (TransportOption option : TransportOption.values()) {
      List<String> asked = List.copyOf(values.apply(option.parameter()));
      if (asked.size() > 1 && !option.isUsedBy(transport)) {
        reduced.put(option.parameter(), asked.subList(0, 1));
      }
    }
    return reduced;
  }

  /** The cores and the polling of a transport where that is left to us. */
  private static Map<String, List<String>> placed(
      String transport, Function<String, Collection<String>> values, PlacementDefaults defaults) {
    Collection<String> askedPlacements = values.apply(PlacementDefaults.PLACEMENT);
    Collection<String> askedPolling = values.apply(PlacementDefaults.BUSY_POLL);
    List<String> placements =
        askedPlacements.stream()
            .map(asked -> defaults.placement(transport, asked))
            .distinct()
            .toList();
    Map<String, List<String>> placed = new LinkedHashMap<>();
    if (askedPlacements.contains(PlacementDefaults.AUTO)) {
      placed.put(PlacementDefaults.PLACEMENT, placements);
    }
    if (askedPolling.contains(PlacementDefaults.AUTO)) {
      placed.put(
          PlacementDefaults.BUSY_POLL,
          askedPolling.stream()
              .map(asked -> defaults.busyPoll(transport, asked, placements))
              .distinct()
              .toList());
    }
    return placed;
  }

  /** What will be slow because its ends poll on too few cores. */
  private static List<String> starvation(
      String transport, Function<String, List<String>> values, PlacementDefaults defaults) {
    if (!values.apply(PlacementDefaults.BUSY_POLL).contains("true")) {
      return List.of();
    }
    return values.apply(PlacementDefaults.PLACEMENT).stream()
        .flatMap(placement -> defaults.starvation(transport, placement).stream())
        .toList();
  }

  /** Refuses a parameter that was given and that none of the transports has a use for. */
  static void requireUses(Collection<String> given, List<String> transports) {
    for (TransportOption option : TransportOption.values()) {
      if (given.contains(option.parameter()) && transports.stream().noneMatch(option::isUsedBy)) {
        throw UserError.usage(
            "%s is for %s, and means nothing to %s"
                .formatted(
                    option.parameter(),
                    String.join(" and ", option.transports()),
                    String.join(", ", transports)));
      }
    }
  }
}
