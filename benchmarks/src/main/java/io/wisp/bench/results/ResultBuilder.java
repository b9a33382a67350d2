// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.LatencyLog.Interval;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import io.wisp.measure.input.TransportOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/** Joins what JMH returned with the latencies that its forks recorded. */
final class ResultBuilder {

  private final Path histogramFolder;
  private final Map<String, List<Interval>> intervals;

  /**
   * @param histogramFolder where to write histogram logs
   * @param intervals what all forks recorded
   */
  ResultBuilder(Path histogramFolder, List<Interval> intervals) {
    this.histogramFolder = histogramFolder;
    this.intervals = intervals.stream().collect(Collectors.groupingBy(Interval::benchmark));
  }

  List<Measurement> build(Collection<org.openjdk.jmh.results.RunResult> results) {
    List<Measurement> measurements = new ArrayList<>();
    for (org.openjdk.jmh.results.RunResult result : results) {
      measurements.add(build(result, measurements.size() + 1));
    }
    return measurements;
  }

  private Measurement build(org.openjdk.jmh.results.RunResult result, int number) {
    BenchmarkParams benchmark = result.getParams();
    List<Interval> recorded = recordedIn(result);
    Map<String, Score> secondary = new TreeMap<>();
    result
        .getSecondaryResults()
        .forEach((name, value) -> secondary.put(name, score(value, samples(result, name))));
    return new Measurement(
        benchmark.getBenchmark(),
        benchmark.getMode().shortLabel(),
        benchmark.getThreads(),
        result.getBenchmarkResults().size(),
        benchmark.getWarmup().getCount(),
        benchmark.getMeasurement().getCount(),
        List.copyOf(benchmark.getJvmArgs()),
        parameters(benchmark),
        score(result.getPrimaryResult(), samples(result)),
        secondary,
        recorded.isEmpty() ? null : recorded.getFirst().ends(),
        Latencies.merge(recorded),
        recorded.isEmpty() ? null : writeLog(benchmark, recorded, number));
  }

  /**
   * The latencies of a result, or none where a fork of it failed and {@code -foe false} let the run
   * go on: nothing tells that fork's latencies from those of the others.
   */
  private List<Interval> recordedIn(org.openjdk.jmh.results.RunResult result) {
    List<Interval> recorded = intervals.getOrDefault(result.getParams().id(), List.of());
    long processes = recorded.stream().mapToLong(Interval::process).distinct().count();
    return processes <= result.getBenchmarkResults().size() ? recorded : List.of();
  }

  private static Map<String, String> parameters(BenchmarkParams benchmark) {
    Map<String, String> parameters = new LinkedHashMap<>();
    String transport = benchmark.getParam("transport");
    for (String name : benchmark.getParamsKeys()) {
      if (transport == null || TransportOption.means(name, transport)) {
        parameters.put(name, benchmark.getParam(name));
      }
    }
    return parameters;
  }

  private static List<Double> samples(org.openjdk.jmh.results.RunResult result) {
    return iterations(result).map(iteration -> iteration.getPrimaryResult().getScore()).toList();
  }

  /** None where it is not one figure for each iteration. */
  private static List<Double> samples(
      org.openjdk.jmh.results.RunResult result, String secondaryName) {
    List<IterationResult> iterations = iterations(result).toList();
    List<Double> samples =
        iterations.stream()
            .map(iteration -> iteration.getSecondaryResults().get(secondaryName))
            .filter(Objects::nonNull)
            .map(each -> each.getScore())
            .toList();
    return samples.size() == iterations.size() ? samples : List.of();
  }

  private static Stream<IterationResult> iterations(org.openjdk.jmh.results.RunResult result) {
    return result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream());
  }

  private static Score score(Result<?> result, List<Double> samples) {
    return new Score(
        result.getScore(), finite(result.getScoreError()), result.getScoreUnit(), samples);
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private String writeLog(BenchmarkParams benchmark, List<Interval> recorded, int number) {
    String name = String.format(Locale.ROOT, "%03d.hlog", number);
    HistogramLog.write(histogramFolder.resolve(name), benchmark.id(), recorded);
    return histogramFolder.getFileName() + "/" + name;
  }
}
