// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.latency.Tally;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.loop.OfferedLoad;
import io.wisp.measure.loop.Rates;
import io.wisp.measure.workload.DecimalKeys;
import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.SelfDescribingValues;
import io.wisp.measure.workload.ValueSizes;
import io.wisp.measure.workload.Workload;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/** Prints a run for people. */
final class PerfReport {

  private static final double[] PERCENTILES = {50, 90, 99, 99.9};
  private static final String TOO_FEW =
      "fewer than " + OfferedLoad.TELLING_REQUESTS + " requests do not tell whether it was reached";
  private static final String HEADER =
      "latency   requests      hits    misses  errors"
          + "     p50 us     p90 us     p99 us   p99.9 us     max us";
  private static final String SUMMARY_HEADER =
      "offered/s         answered/s"
          + "       p50 us       p99 us     p99.9 us    service p50    service p99";
  private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);

  private final PrintStream out;

  PerfReport(PrintStream out) {
    this.out = out;
  }

  /** What is about to be done, and over what. */
  void conditions(PerfSettings settings, PerfConnection connection, String cores) {
    out.println("transport  " + connection.transport().name() + ": " + connection.description());
    if (connection.emulated()) {
      out.println("           " + PerfConnection.CAVEAT);
    }
    out.println("server     " + connection.server());
    out.println("client     " + connection.manner() + (cores.isEmpty() ? "" : ", on " + cores));
    Workload workload = settings.workload();
    out.printf(
        Locale.ROOT,
        "load       %s, %s, %s, mix %s%s, seed %d%n",
        clients(settings),
        depth(settings),
        loop(settings.loop()),
        workload.mix(),
        settings.ycsb() == null ? "" : " (YCSB's workload " + settings.ycsb().word() + ")",
        settings.seed());
    out.println("requests   " + requests(settings));
    if (workload.verify()) {
      out.println("verify     " + proof(workload.sizes()));
    }
    out.println("data       " + data(settings));
  }

  private static String clients(PerfSettings settings) {
    String clients = plural(settings.clients(), "client");
    return settings.threads() == settings.clients()
        ? clients
        : clients + " in " + plural(settings.threads(), "thread");
  }

  private static String depth(PerfSettings settings) {
    if (settings.pipeline() == 1) {
      return "one request at a time";
    }
    return settings.loop() instanceof Loop.Open
        ? "up to " + settings.pipeline() + " requests outstanding"
        : "batches of " + settings.pipeline() + " requests";
  }

  private static String loop(Loop loop) {
    return switch (loop) {
      case Loop.Closed closed -> "closed loop";
      case Loop.Open open -> "open loop, " + open.arrivals().word() + " arrivals";
    };
  }

  private static String requests(PerfSettings settings) {
    boolean cold = settings.warmup() instanceof Extent.Requests none && none.number() == 0;
    String warmup = cold ? "" : ", after " + settings.warmup() + " to warm up";
    return switch (settings.loop()) {
      case Loop.Closed closed -> closed.extent() + " measured" + warmup;
      case Loop.Open open ->
          "%s, for %s%s each%s"
              .formatted(
                  rates(open.rates()),
                  seconds(open.duration()),
                  open.requests() == null ? "" : " or " + open.requests() + " requests",
                  warmup);
    };
  }

  private static String rates(Rates rates) {
    return switch (rates) {
      case Rates.Listed listed -> listed + " a second";
      case Rates.Climb climb ->
          Rates.text(climb.first()) + " a second and upwards until that is not reached";
    };
  }

  private static String seconds(Duration duration) {
    return Rates.text(duration.toMillis() / 1e3) + " s";
  }

  private static String data(PerfSettings settings) {
    Workload workload = settings.workload();
    long all = DecimalKeys.count(workload.keySize());
    StringBuilder data = new StringBuilder();
    if (workload.records() < all) {
      data.append(workload.records()).append(" of ");
    }
    data.append(all).append(" keys of ").append(plural(workload.keySize(), "digit"));
    data.append(
        switch (workload.sizes()) {
          case ValueSizes.Fixed fixed -> ", values of " + plural(fixed.bytes(), "byte");
          case ValueSizes.Between range ->
              ", values of " + range.least() + " to " + plural(range.most(), "byte");
          case ValueSizes.Etc etc -> ", keys and values as long as in Facebook's ETC pool";
        });
    data.append(", keys chosen ").append(workload.keys());
    if (settings.preload() > 0) {
      data.append(", ").append(plural(settings.preload(), "key")).append(" put first");
    }
    return data.toString();
  }

  private static String proof(ValueSizes sizes) {
    if (sizes.most() == 0) {
      return "values are empty, which is all that can be proved of them";
    }
    String small =
        sizes.least() < SelfDescribingValues.STAMPED_SIZE
            ? ("; of values below %s bytes an old one passes for a new one of the same size,"
                    + " and n bytes of another key pass 1 time in 256^n")
                .formatted(SelfDescribingValues.STAMPED_SIZE)
            : "";
    return "every value that is read must be one written for its key" + small;
  }

  private static String plural(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** What came of a measurement. Figures of one that failed would look like a result. */
  void result(PerfResult result) {
    out.println();
    OfferedLoad load = result.offered();
    if (load != null) {
      out.printf(Locale.ROOT, "offered    %s requests/s%n", Rates.text(load.requestsPerSecond()));
    }
    List<String> failures = result.failures();
    if (!failures.isEmpty()) {
      failed(failures);
    } else if (load != null && result.isSaturated()) {
      saturated(result);
    } else {
      measured(result);
    }
  }

  /** Why there is no result. */
  void failed(List<String> failures) {
    out.println("FAILED: " + String.join("; ", failures));
  }

  private void saturated(PerfResult result) {
    String reason =
        result.missesRate()
            ? String.format(Locale.ROOT, ", %.1f %% less than offered", 100 * result.shortfall())
            : "; the last requests waited " + backlog(result) + " for those before them";
    out.printf(
        Locale.ROOT,
        "SATURATED: %s requests/s were answered%s; latencies would only say how long it ran%n",
        rate(result.requestsPerSecond()),
        reason);
  }

  private static String backlog(PerfResult result) {
    return String.format(Locale.ROOT, "%.1f ms", result.backlogNanos() / 1e6);
  }

  /** It was stopped while nothing was measured yet. */
  void interruptedBeforeAll() {
    out.println();
    out.println("INTERRUPTED before anything was measured");
  }

  /** It was stopped; that what came before it is not all must be the last that is read. */
  void interrupted(int measurements) {
    out.println();
    out.println(
        "INTERRUPTED: this is what was measured until then, in "
            + plural(measurements, "measurement"));
  }

  private void measured(PerfResult result) {
    OfferedLoad load = result.offered();
    if (result.interrupted()) {
      out.println("interrupted after " + plural(result.total().requests(), "request"));
    }
    out.println(HEADER);
    rows(result, Tally::latency);
    if (load != null) {
      out.println("the same from when a request was sent, not from when it was due:");
      rows(result, tally -> Objects.requireNonNull(tally.service()));
    }
    out.println();
    out.printf(Locale.ROOT, "elapsed    %.3f s%n", result.elapsedNanos() / 1e9);
    out.println("qps        " + rate(result.requestsPerSecond()));
    RequestsPerClient perClient = result.perClient();
    if (perClient != null) {
      out.printf(
          Locale.ROOT,
          "clients    made %d to %d requests each; the slowest %.2f of the mean%n",
          perClient.fewest(),
          perClient.most(),
          perClient.slowestToMean());
    }
    Long cpu = result.cpuNanos();
    if (cpu != null && result.total().requests() > 0) {
      double each = (double) cpu / result.total().requests();
      out.println("cpu        " + micros(Math.round(each)) + " us a request, of this client");
    }
    if (load != null && !load.tells()) {
      out.println("rate       " + TOO_FEW);
    }
    result.lookups().ways().ifPresent(ways -> out.println("gets       " + ways));
    if (!result.lookups().isEmpty()) {
      out.println("lookups    " + result.lookups());
    }
  }

  private void rows(PerfResult result, Function<Tally, Histogram> times) {
    for (RequestKind operation : RequestKind.values()) {
      Tally tally = result.tallies().of(operation);
      if (tally.requests() > 0) {
        row(operation.word(), tally, times.apply(tally));
      }
    }
    row("all", result.total(), times.apply(result.total()));
  }

  private void row(String name, Tally tally, Histogram times) {
    boolean told = tally.hits() + tally.misses() > 0;
    out.printf(
        Locale.ROOT,
        "%-8s%10d%10s%10s%8d",
        name,
        tally.requests(),
        told ? tally.hits() : "-",
        told ? tally.misses() : "-",
        tally.errors());
    for (double percentile : PERCENTILES) {
      out.printf(Locale.ROOT, "%11s", micros(times.getValueAtPercentile(percentile)));
    }
    out.printf(Locale.ROOT, "%11s%n", micros(times.getMaxValue()));
  }

  /** All rates of an open loop, a line each. */
  void summary(List<PerfResult> results) {
    out.println();
    out.println(SUMMARY_HEADER);
    for (PerfResult result : results) {
      OfferedLoad load = Objects.requireNonNull(result.offered());
      out.printf(
          Locale.ROOT,
          "%-14s%14s",
          Rates.text(load.requestsPerSecond()),
          rate(result.requestsPerSecond()));
      if (result.isSaturated()) {
        out.printf(
            Locale.ROOT,
            "  saturated, %s%n",
            result.missesRate()
                ? String.format(Locale.ROOT, "%.1f %% short", 100 * result.shortfall())
                : "the last requests waited " + backlog(result));
      } else {
        Histogram latency = result.total().latency();
        Histogram service = Objects.requireNonNull(result.total().service());
        out.printf(
            Locale.ROOT,
            "%13s%13s%13s%15s%15s%n",
            micros(latency.getValueAtPercentile(50)),
            micros(latency.getValueAtPercentile(99)),
            micros(latency.getValueAtPercentile(99.9)),
            micros(service.getValueAtPercentile(50)),
            micros(service.getValueAtPercentile(99)));
      }
    }
  }

  /** With three significant digits at least, which for low rates needs decimals. */
  static String rate(double perSecond) {
    int decimals =
        perSecond > 0 ? Math.clamp((long) (2 - Math.floor(Math.log10(perSecond))), 0, 9) : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", perSecond);
  }

  /** With as many decimals as the histogram can tell apart. */
  static String micros(long nanoseconds) {
    double micros = nanoseconds / NANOS_PER_MICRO;
    String format = micros < 10 ? "%.3f" : micros < 100 ? "%.2f" : "%.1f";
    return String.format(Locale.ROOT, format, micros);
  }
}
