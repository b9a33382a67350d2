// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.Ends;
import io.wisp.bench.results.RunResult.Latency;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The short table at the end of a run: a row for each measurement, a column for each parameter that
 * names it, throughput, and the latencies that count.
 */
public final class SummaryTable {

  private static final String TRANSPORT = "transport";
  private static final List<String> ALWAYS = List.of(TRANSPORT, "payloadSize");
  private static final List<String> PERCENTILES = List.of("50", "99", "99.9");
  private static final String ALLOCATION = "gc.alloc.rate.norm";
  private static final String CAVEAT =
      "(emulated): Soft-RoCE, RDMA in software; only ratios within one machine mean anything\n";

  private final List<Measurement> measurements;

  /** The table of a result. */
  public SummaryTable(RunResult result) {
    measurements = result.measurements();
  }

  /** The table, and above it the parameters that are the same in every row. */
  public String render() {
    List<String> varying = parameters(true);
    List<List<String>> rows = new ArrayList<>();
    rows.add(header(varying));
    for (Measurement measurement : measurements) {
      rows.add(row(measurement, varying));
    }
    String constant =
        parameters(false).stream()
            .map(name -> name + "=" + value(measurements.getFirst(), name))
            .collect(Collectors.joining(" "));
    return (constant.isEmpty() ? "" : constant + "\n\n")
        + align(rows)
        + (measurements.stream().anyMatch(SummaryTable::emulated) ? "\n" + CAVEAT : "");
  }

  /** The parameters that get a column, or those that do not. */
  private List<String> parameters(boolean column) {
    Set<String> names = new LinkedHashSet<>();
    ALWAYS.forEach(names::add);
    measurements.forEach(each -> names.addAll(each.parameters().keySet()));
    names.removeIf(
        name -> measurements.stream().noneMatch(each -> each.parameters().containsKey(name)));
    return names.stream()
        .filter(name -> column == (ALWAYS.contains(name) || values(name).size() > 1))
        .toList();
  }

  private Set<String> values(String parameter) {
    return measurements.stream().map(each -> value(each, parameter)).collect(Collectors.toSet());
  }

  private static String value(Measurement measurement, String parameter) {
    return measurement.parameters().getOrDefault(parameter, "");
  }

  private static String cell(Measurement measurement, String parameter) {
    boolean marked = parameter.equals(TRANSPORT) && emulated(measurement);
    return value(measurement, parameter) + (marked ? " (emulated)" : "");
  }

  private static boolean emulated(Measurement measurement) {
    Ends ends = measurement.ends();
    return ends != null && ends.emulated();
  }

  private List<String> header(List<String> parameters) {
    List<String> cells = new ArrayList<>();
    if (severalBenchmarks()) {
      cells.add("benchmark");
    }
    cells.addAll(parameters);
    cells.add("score");
    cells.add("+- 99.9 %");
    cells.add("unit");
    if (hasLatencies()) {
      cells.addAll(List.of("p50 us", "p99 us", "p99.9 us", "max us"));
    }
    if (hasAllocation()) {
      cells.add("B/op");
    }
    return cells;
  }

  private List<String> row(Measurement measurement, List<String> parameters) {
    List<String> cells = new ArrayList<>();
    if (severalBenchmarks()) {
      cells.add(shortName(measurement.benchmark()));
    }
    parameters.forEach(name -> cells.add(cell(measurement, name)));
    Score score = measurement.score();
    cells.add(number(score.value()));
    cells.add(Optional.ofNullable(score.error()).map(SummaryTable::number).orElse("?"));
    cells.add(score.unit());
    if (hasLatencies()) {
      cells.addAll(latencies(measurement));
    }
    if (hasAllocation()) {
      Score allocation = measurement.secondary().get(ALLOCATION);
      cells.add(allocation == null ? "" : number(allocation.value()));
    }
    return cells;
  }

  private static List<String> latencies(Measurement measurement) {
    if (measurement.latencies().isEmpty()) {
      return List.of("", "", "", "");
    }
    Latency latency = measurement.latencies().getLast();
    List<String> cells = new ArrayList<>();
    for (String percentile : PERCENTILES) {
      cells.add(microseconds(latency.percentiles().getOrDefault(percentile, 0L)));
    }
    cells.add(microseconds(latency.max()));
    return cells;
  }

  private boolean severalBenchmarks() {
    return measurements.stream().map(Measurement::benchmark).distinct().count() > 1;
  }

  private boolean hasLatencies() {
    return measurements.stream().anyMatch(each -> !each.latencies().isEmpty());
  }

  private boolean hasAllocation() {
    return measurements.stream().anyMatch(each -> each.secondary().containsKey(ALLOCATION));
  }

  private static String shortName(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
  }

  private static String microseconds(long nanoseconds) {
    return number(nanoseconds / 1000.0);
  }

  private static String number(double value) {
    String format = Math.abs(value) >= 100 ? "%,.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  private static String align(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        table.append(i == 0 ? "" : "  ").repeat(" ", widths[i] - row.get(i).length());
        table.append(row.get(i));
      }
      table.append("\n");
    }
    return table.toString();
  }
}
