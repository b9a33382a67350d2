// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.input.Suggestion;
import io.wisp.measure.input.UserError;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks that a command line chooses, and the values of their parameters. */
final class Suite {

  private final CommandLineOptions options;
  private final Set<BenchmarkListEntry> entries;

  private Suite(CommandLineOptions options, Set<BenchmarkListEntry> entries) {
    this.options = options;
    this.entries = entries;
  }

  /** The pattern to run, where none is given. */
  static String defaultPattern() {
    return "\\b" + TransportBenchmark.class.getSimpleName() + "\\b";
  }

  static Suite chosenBy(CommandLineOptions options) {
    List<String> patterns = options.getIncludes();
    Suite suite =
        new Suite(
            options,
            find(patterns.isEmpty() ? List.of(defaultPattern()) : patterns, options.getExcludes()));
    if (suite.entries.isEmpty()) {
      throw UserError.usage(
          "no benchmark matches %s; there are %s"
              .formatted(
                  String.join(", ", patterns),
                  find(List.of(".*"), List.of()).stream()
                      .map(BenchmarkListEntry::getUsername)
                      .collect(Collectors.joining(", "))));
    }
    return suite;
  }

  private static Set<BenchmarkListEntry> find(List<String> includes, List<String> excludes) {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    return BenchmarkList.defaultList().find(silent, includes, excludes);
  }

  /** Refuses names that none of the benchmarks has, and values that cannot be measured. */
  void checkParameters(Set<String> givenNames) {
    Set<String> known = defaults().keySet();
    for (String name : givenNames) {
      if (!known.contains(name)) {
        throw UserError.usage(
            "there is no parameter \"%s\"%s There are %s."
                .formatted(
                    name,
                    Suggestion.of(name, known).map("; did you mean %s?"::formatted).orElse("."),
                    String.join(", ", known)));
      }
    }
    for (String name : givenNames) {
      if (values(name).isEmpty()) {
        throw UserError.usage(name + "= has no value");
      }
      for (String value : values(name)) {
        ParameterCheck.check(name, value);
      }
    }
  }

  /** A short name for a run of these. */
  String name() {
    List<String> names =
        entries.stream()
            .map(BenchmarkListEntry::getUserClassQName)
            .map(each -> each.substring(each.lastIndexOf('.') + 1).replace("Benchmark", ""))
            .distinct()
            .toList();
    return names.size() == 1 ? names.getFirst() : "suite";
  }

  boolean includes(Class<?> benchmark) {
    return entries.stream().anyMatch(each -> isOf(each, benchmark));
  }

  boolean isOnly(Class<?> benchmark) {
    return entries.stream().allMatch(each -> isOf(each, benchmark));
  }

  /** The values of a parameter: as given, else the benchmark's own. */
  Collection<String> values(String name) {
    Collection<String> own = defaults().getOrDefault(name, List.of());
    return options.getParameter(name).orElse(own);
  }

  private Map<String, List<String>> defaults() {
    Map<String, List<String>> parameters = new TreeMap<>();
    entries.forEach(each -> parameters.putAll(defaults(each)));
    return parameters;
  }

  private static Map<String, List<String>> defaults(BenchmarkListEntry entry) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    if (entry.getParams().hasValue()) {
      entry.getParams().get().forEach((name, values) -> parameters.put(name, List.of(values)));
    }
    return parameters;
  }

  /**
   * How many results a run of a benchmark must have.
   *
   * @param overridden values that replace those of a parameter
   */
  int combinations(Class<?> benchmark, Map<String, List<String>> overridden) {
    return entries.stream()
        .filter(entry -> isOf(entry, benchmark))
        .mapToInt(entry -> combinations(entry, overridden))
        .sum();
  }

  /** How many results a run of all but one benchmark must have. */
  int combinationsWithout(Class<?> benchmark) {
    return entries.stream()
        .filter(entry -> !isOf(entry, benchmark))
        .mapToInt(entry -> combinations(entry, Map.of()))
        .sum();
  }

  private int combinations(BenchmarkListEntry entry, Map<String, List<String>> overridden) {
    int product =
        options.getBenchModes().contains(Mode.All)
            ? Mode.values().length - 1
            : Math.max(1, options.getBenchModes().size());
    for (String name : defaults(entry).keySet()) {
      product *= overridden.getOrDefault(name, List.copyOf(values(name))).size();
    }
    return product;
  }

  private static boolean isOf(BenchmarkListEntry entry, Class<?> benchmark) {
    return entry.getUserClassQName().equals(benchmark.getName());
  }
}
