// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.results.RunResult.Latency;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import io.wisp.bench.server.OthersProfiler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The short table at the end of a run: a row for each measurement, a column for each parameter that
 * names it, throughput, and the latencies that count.
 */
public final class SummaryTable {

  private static final String TRANSPORT = "transport";
  private static final List<String> ALWAYS = List.of(TRANSPORT, "payloadSize");
  private static final List<String> PERCENTILES = List.of("50", "99", "99.9");
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /** From which share of the score on an interval is called wide. */
  private static final double UNSTEADY = 0.1;

  private static final String DISTANCES =
      """

      The same by how far apart the cores of client and server were: nanoseconds that a
      cache line takes there and back. A hypervisor moves cores. Compare scores at about
      the same round trip.

      """;

  private static final String CAVEAT =
      "(emulated): Soft-RoCE, RDMA in software; only ratios within one machine mean anything\n";

  private final List<Measurement> measurements;

  /** The table of a result. */
  public SummaryTable(RunResult result) {
    measurements = result.measurements();
  }

  /** The table, and above it the parameters that are the same in every row. */
  public String render() {
    List<Column> columns = columns();
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns.stream().map(Column::title).toList());
    for (Measurement measurement : measurements) {
      rows.add(columns.stream().map(each -> each.cell().apply(measurement)).toList());
    }
    String constant =
        parameters(false).stream()
            .map(name -> name + "=" + value(measurements.getFirst(), name))
            .collect(Collectors.joining(" "));
    return (constant.isEmpty() ? "" : constant + "\n\n")
        + align(rows)
        + distances()
        + (measurements.stream().anyMatch(SummaryTable::emulated) ? "\n" + CAVEAT : "");
  }

  /** The scores of the rows whose ends have a core each; empty if there are none. */
  private String distances() {
    List<String> names = parameters(true).stream().filter(this::tellsDistancesApart).toList();
    List<List<String>> rows = new ArrayList<>();
    for (Measurement measurement : measurements) {
      for (CoreDistances.Group group : CoreDistances.of(measurement)) {
        List<String> row = new ArrayList<>();
        names.forEach(name -> row.add(cell(measurement, name)));
        row.add(range(group.nearest(), group.furthest()));
        row.add(number(100 * group.share()) + " %");
        row.add(number(group.score().value()));
        row.add(error(group.score()));
        row.add(group.score().unit());
        rows.add(row);
      }
    }
    if (rows.isEmpty()) {
      return "";
    }
    List<String> titles = new ArrayList<>(names);
    titles.addAll(List.of("round trip ns", "iterations", "score", "+- 99.9 %", "unit"));
    rows.addFirst(titles);
    return DISTANCES + align(rows);
  }

  private boolean tellsDistancesApart(String parameter) {
    return ALWAYS.contains(parameter)
        || measurements.stream()
                .filter(each -> !CoreDistances.of(each).isEmpty())
                .map(each -> value(each, parameter))
                .distinct()
                .count()
            > 1;
  }

  private static String range(double least, double most) {
    String first = String.format(Locale.ROOT, "%.0f", least);
    String last = String.format(Locale.ROOT, "%.0f", most);
    return first.equals(last) ? first : first + "-" + last;
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
    ConnectionEnds ends = measurement.ends();
    return ends != null && ends.emulated();
  }

  private record Column(String title, Function<Measurement, String> cell) {}

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    if (severalBenchmarks()) {
      columns.add(new Column("benchmark", each -> shortName(each.benchmark())));
    }
    for (String name : parameters(true)) {
      columns.add(new Column(name, each -> cell(each, name)));
    }
    columns.add(new Column("score", each -> number(each.score().value())));
    columns.add(new Column("+- 99.9 %", each -> error(each.score())));
    columns.add(new Column("unit", each -> each.score().unit()));
    if (hasLatencies()) {
      for (String percentile : PERCENTILES) {
        columns.add(
            new Column(
                "p" + percentile + " us",
                each -> latency(each, all -> all.percentiles().getOrDefault(percentile, 0L))));
      }
      columns.add(new Column("max us", each -> latency(each, Latency::max)));
    }
    if (hasAllocation()) {
      columns.add(new Column("B/op", SummaryTable::allocation));
    }
    if (measurements.stream().map(Measurement::score).anyMatch(SummaryTable::unsteady)) {
      columns.add(new Column("", each -> unsteady(each.score()) ? "unsteady" + why(each) : ""));
    }
    return columns;
  }

  private static String error(Score score) {
    return score.error() == null ? "?" : number(100 * score.error() / score.value()) + " %";
  }

  private static String allocation(Measurement measurement) {
    Score allocation = measurement.secondary().get(ALLOCATION);
    return number(allocation == null ? null : allocation.value(), "");
  }

  private static boolean unsteady(Score score) {
    return score.error() != null && score.error() > UNSTEADY * score.value();
  }

  private static String why(Measurement measurement) {
    return CoreDistances.explain(measurement, UNSTEADY)
        ? ": the cores moved, see below"
        : others(measurement);
  }

  /** What others did meanwhile, if it is known. */
  private static String others(Measurement measurement) {
    Score busy = measurement.secondary().get(OthersProfiler.BUSY);
    Score stolen = measurement.secondary().get(OthersProfiler.STOLEN);
    return busy == null || stolen == null
        ? ""
        : String.format(
            Locale.ROOT,
            "; others had %.2f cores, the hypervisor %.2f",
            busy.value(),
            stolen.value());
  }

  private static String latency(Measurement measurement, ToLongFunction<Latency> nanoseconds) {
    return measurement.latencies().isEmpty()
        ? ""
        : number(nanoseconds.applyAsLong(measurement.latencies().getLast()) / 1000.0);
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

  private static String number(@Nullable Double value, String unlessKnown) {
    return value == null ? unlessKnown : number(value);
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
