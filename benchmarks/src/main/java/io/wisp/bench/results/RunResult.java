// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.ConnectionEnds;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code result.json}: every figure of a run. {@code results/FORMAT.md} describes it field
 * by field. It is there only if the run succeeded.
 *
 * @param rounds how often everything was run, one round after the other
 * @param missing combinations of parameters that failed, where {@code -foe false} let the run go on
 */
public record RunResult(
    String format,
    int version,
    String name,
    int rounds,
    int missing,
    List<Measurement> measurements) {

  /** Its name in the folder of the run. */
  public static final String FILE = "result.json";

  /** What it says that it is. */
  public static final String FORMAT = "wisp-result";

  /** Of its format. */
  public static final int VERSION = 1;

  /** One benchmark with one set of parameters. */
  public record Measurement(
      String benchmark,
      String mode,
      int threads,
      int forks,
      int warmupIterations,
      int measuredIterations,
      List<String> jvmFlags,
      Map<String, String> parameters,
      Score score,
      Map<String, Score> secondary,
      @Nullable ConnectionEnds ends,
      List<Latency> latencies,
      @Nullable String histogramLog) {}

  /**
   * A figure of JMH's.
   *
   * @param error half of the 99.9 % confidence interval; null for fewer than three samples
   * @param samples one figure for each measured iteration, if there are any
   */
  public record Score(double value, @Nullable Double error, String unit, List<Double> samples) {}

  /**
   * All requests of a kind, over all forks and measured iterations; times in nanoseconds.
   *
   * @param operation put, get or delete, or "all" for their sum
   * @param percentiles from "50" to "99.999"
   * @param histogram compressed, in Base64
   */
  public record Latency(
      String operation,
      long count,
      long misses,
      long min,
      double mean,
      long max,
      Map<String, Long> percentiles,
      String histogram) {}
}
