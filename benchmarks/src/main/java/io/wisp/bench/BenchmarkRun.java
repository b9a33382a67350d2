// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.bench.latency.LatencyProfiler;
import io.wisp.bench.results.RunFolder;
import io.wisp.bench.results.RunResult;
import io.wisp.bench.results.SummaryTable;
import io.wisp.measure.record.Environment;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs what was chosen, and sees to it that a folder of results is left if and only if it ran. */
final class BenchmarkRun {

  private static final String FILES =
      """
      Every figure: result.json. Conditions: environment.json. All fields: results/FORMAT.md.
      """;

  private final List<Options> parts;
  private final int rounds;
  private final int expected;
  private int missing;
  private final RunFolder folder;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param parts JMH's options for each of the runs that make a round, one or more, without the
   *     recording of latencies, which is added here
   * @param expected how many combinations of benchmark and parameters there are
   */
  BenchmarkRun(
      List<Options> parts,
      int rounds,
      int expected,
      RunFolder folder,
      PrintStream out,
      PrintStream err) {
    this.parts = parts.stream().map(part -> recording(part, folder)).toList();
    this.rounds = rounds;
    this.expected = expected;
    this.folder = folder;
    this.out = out;
    this.err = err;
  }

  private static Options recording(Options part, RunFolder folder) {
    return new OptionsBuilder()
        .parent(part)
        .addProfiler(LatencyProfiler.class, folder.rawFolder().toString())
        .build();
  }

  /**
   * Runs everything and prints the table.
   *
   * @return whether there is a result
   */
  boolean execute(Environment environment) {
    Thread onExit = new Thread(this::abandon, "abandon run");
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      folder.write(environment);
      report(measure());
      return true;
    } catch (RunnerException | IOException | RuntimeException e) {
      fail(explain(e));
      return false;
    } finally {
      removeHook(onExit);
    }
  }

  private Collection<org.openjdk.jmh.results.RunResult> measure() throws RunnerException {
    Map<String, org.openjdk.jmh.results.RunResult> merged = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      if (rounds > 1) {
        out.printf(Locale.ROOT, "%n# Round %d of %d%n", round, rounds);
      }
      missing += expected;
      for (Options part : parts) {
        for (org.openjdk.jmh.results.RunResult result : runner(part).run()) {
          merged.merge(result.getParams().id(), result, BenchmarkRun::join);
          missing--;
        }
      }
    }
    Options options = parts.getFirst();
    if (rounds * parts.size() > 1 && options.getResultFormat().hasValue()) {
      ResultFormatType format = options.getResultFormat().get();
      ResultFormatFactory.getInstance(
              format, options.getResult().orElse(("jmh-result." + format).toLowerCase(Locale.ROOT)))
          .writeOut(merged.values());
    }
    return merged.values();
  }

  /** JMH as it is, but for its table at the end, which is in a file. */
  private static Runner runner(Options part) {
    if (part.getOutput().hasValue()) {
      return new Runner(part);
    }
    OutputFormat format =
        OutputFormatFactory.createFormatInstance(
            System.out, part.verbosity().orElse(Defaults.VERBOSITY));
    return new Runner(
        part,
        (OutputFormat)
            Proxy.newProxyInstance(
                OutputFormat.class.getClassLoader(),
                new Class<?>[] {OutputFormat.class},
                (proxy, method, values) ->
                    method.getName().equals("endRun") ? null : method.invoke(format, values)));
  }

  private static org.openjdk.jmh.results.RunResult join(
      org.openjdk.jmh.results.RunResult first, org.openjdk.jmh.results.RunResult second) {
    List<BenchmarkResult> forks = new ArrayList<>(first.getBenchmarkResults());
    forks.addAll(second.getBenchmarkResults());
    return new org.openjdk.jmh.results.RunResult(first.getParams(), forks);
  }

  private void report(Collection<org.openjdk.jmh.results.RunResult> results) throws IOException {
    if (results.isEmpty()) {
      throw new IllegalStateException("nothing was measured; see above for the reason");
    }
    RunResult result = folder.complete(rounds, missing, results);
    out.println();
    out.print(new SummaryTable(result).render());
    if (missing > 0) {
      out.printf(
          Locale.ROOT,
          "%n%d of %d combinations failed and are missing here.%n",
          missing,
          rounds * expected);
    }
    boolean timed = result.measurements().stream().anyMatch(each -> !each.latencies().isEmpty());
    out.printf(Locale.ROOT, "%nResults: %s%n%s", folder.path(), FILES);
    if (timed) {
      out.printf(
          Locale.ROOT,
          """
          Whole histograms: histograms/*.hlog.
          A page of this run, with its plots: ./wisp report %s
          Next: -p placement=free,shared,split (what the cores decide), -t 50, -p pipeline=16.
          """,
          folder.path());
    }
  }

  private void fail(String reason) {
    err.println("The run failed: " + reason);
    err.println("What it left, which is no result: " + folder.fail(reason));
  }

  private static String explain(Throwable failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && text.indexOf(cause.getMessage()) < 0) {
        text.append(": ").append(cause.getMessage());
      }
    }
    return text.toString();
  }

  /** At Ctrl-C or SIGTERM: forks and their servers go, and the folder says what happened. */
  private void abandon() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroy);
    folder.fail("interrupted");
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down, and the hook has run.
    }
  }
}
