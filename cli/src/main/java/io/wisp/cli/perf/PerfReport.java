package io.wisp.cli.perf;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Prints a run for people. */
final class PerfReport {

  private static final double[] PERCENTILES = {50, 90, 99, 99.9};
  private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);

  private final PrintStream out;

  PerfReport(PrintStream out) {
    this.out = out;
  }

  /** What is about to be done, and over what. */
  void conditions(PerfSettings settings, Connection connection) {
    out.printf("transport  %s: %s%n", connection.transport().name(), connection.description());
    if (connection.emulated()) {
      out.println("           " + Connection.CAVEAT);
    }
    out.printf("client     %s%n", connection.manner());
    out.printf(
        "load       %s, %s, closed loop, mix %s, seed %d%n",
        plural(settings.clients(), "client"),
        settings.pipeline() == 1
            ? "one request at a time"
            : "batches of " + settings.pipeline() + " requests",
        settings.mix(),
        settings.seed());
    out.printf(
        "requests   %d measured, after %d to warm up%n", settings.requests(), settings.warmup());
    out.printf(
        "data       %d keys of %s, values of %s%n",
        DecimalKeys.count(settings.keySize()),
        plural(settings.keySize(), "digit"),
        plural(settings.payloadSize(), "byte"));
  }

  private static String plural(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** What came of it. Throughput of a run that failed would look like a result. */
  void result(PerfResult result) {
    out.println();
    if (result.elapsedNanos() > 0) {
      table(result);
      out.println();
    }
    if (result.failures().isEmpty()) {
      out.printf(Locale.ROOT, "elapsed    %.3f s%n", result.elapsedNanos() / 1e9);
      out.printf(Locale.ROOT, "qps        %.0f%n", result.requestsPerSecond());
      if (!result.lookups().isEmpty()) {
        out.println("lookups    " + result.lookups());
      }
    } else {
      out.println("FAILED: " + String.join("; ", result.failures()));
    }
  }

  private void table(PerfResult result) {
    out.printf(
        "%-8s%10s%10s%10s%8s%11s%11s%11s%11s%11s%n",
        "latency",
        "requests",
        "hits",
        "misses",
        "errors",
        "p50 us",
        "p90 us",
        "p99 us",
        "p99.9 us",
        "max us");
    for (Operation operation : Operation.values()) {
      Tally tally = result.tally(operation);
      if (tally.requests() > 0) {
        row(operation.word(), tally);
      }
    }
    row("all", result.total());
  }

  private void row(String name, Tally tally) {
    boolean told = tally.hits() + tally.misses() > 0;
    out.printf(
        "%-8s%10d%10s%10s%8d",
        name,
        tally.requests(),
        told ? tally.hits() : "-",
        told ? tally.misses() : "-",
        tally.errors());
    Histogram latency = tally.latency();
    for (double percentile : PERCENTILES) {
      out.printf("%11s", micros(latency.getValueAtPercentile(percentile)));
    }
    out.printf("%11s%n", micros(latency.getMaxValue()));
  }

  /** With as many decimals as the histogram can tell apart. */
  static String micros(long nanoseconds) {
    double micros = nanoseconds / NANOS_PER_MICRO;
    String format = micros < 10 ? "%.3f" : micros < 100 ? "%.2f" : "%.1f";
    return String.format(Locale.ROOT, format, micros);
  }
}
