// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How often what happened when clients looked keys up in the server's memory: the lines {@code
 * client_NAME:COUNT} of {@link io.wisp.transport.Client#information}, each of which only ever
 * grows.
 *
 * @param byName the counts, by the names without {@code client_}
 */
record LookupCounters(SortedMap<String, Long> byName) {

  static final LookupCounters NONE = new LookupCounters(Collections.emptySortedMap());

  private static final Pattern LINE = Pattern.compile("client_(\\w+):(\\d{1,18})");

  /** Those that are among the lines of a text. */
  static LookupCounters of(String information) {
    SortedMap<String, Long> counters = new TreeMap<>();
    information
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(line -> counters.put(line.group(1), Long.parseLong(line.group(2))));
    return new LookupCounters(counters);
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  /** Both together. */
  LookupCounters plus(LookupCounters other) {
    SortedMap<String, Long> sums = new TreeMap<>(byName);
    other.byName.forEach((name, count) -> sums.merge(name, count, Long::sum));
    return new LookupCounters(sums);
  }

  /** What was counted after {@code before}. */
  LookupCounters since(LookupCounters before) {
    SortedMap<String, Long> rest = new TreeMap<>(byName);
    rest.replaceAll((name, count) -> count - before.byName.getOrDefault(name, 0L));
    return new LookupCounters(rest);
  }

  /** Which ways gets took, for people, or nothing if there was one. */
  Optional<String> ways() {
    long read = byName.getOrDefault("gets_read", 0L);
    long asked = byName.getOrDefault("gets_asked", 0L);
    long gets = read + asked;
    if (gets == 0) {
      return Optional.empty();
    }
    double reads = byName.getOrDefault("lookup_reads", 0L);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%.1f %% read in the server's memory, %.1f %% answered by its processor; %.2f reads each",
            100.0 * read / gets,
            100.0 * asked / gets,
            reads / gets));
  }

  /** For people, in one line. */
  @Override
  public String toString() {
    return byName.entrySet().stream()
        .map(each -> each.getKey().replace('_', ' ') + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
