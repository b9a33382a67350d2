// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.bench.results.RunFolder;
import io.wisp.bench.server.CoreToCoreProfiler;
import io.wisp.bench.server.OthersProfiler;
import io.wisp.bench.server.PlacementProfiler;
import io.wisp.bench.server.ServerProcess;
import io.wisp.bench.store.MemoryPerEntry;
import io.wisp.bench.store.StoreBenchmark;
import io.wisp.measure.input.TransportOption;
import io.wisp.measure.input.UserError;
import io.wisp.measure.machine.Placement;
import io.wisp.measure.record.EnvironmentCapture;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * The program behind {@code benchmarks.jar}: JMH's own command line, with names and values checked
 * before anything runs, and results that are kept.
 */
public final class BenchmarkCommand {

  private static final String MEMORY_PER_ENTRY = "--memory-per-entry";
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private BenchmarkCommand() {}

  /** The program, after {@code Main} has looked at the version of Java. */
  public static void main(String[] arguments) {
    System.exit(guardedRun(List.of(arguments), System.out, System.err));
  }

  /** Lets no exception out, and calls nothing done of which a part could not be said. */
  static int guardedRun(List<String> commandLine, PrintStream out, PrintStream err) {
    // JMH writes numbers as the locale does, in its CSV files too.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    int code;
    try {
      code = run(commandLine, out, err);
    } catch (IOException | UncheckedIOException e) {
      err.println("wisp bench failed: " + e);
      code = FAILED;
    }
    if (out.checkError()) {
      err.println("standard output cannot be written, so that a part of the above is missing");
    }
    return code == DONE && (out.checkError() || err.checkError()) ? FAILED : code;
  }

  static int run(List<String> commandLine, PrintStream out, PrintStream err) throws IOException {
    if (commandLine.contains(MEMORY_PER_ENTRY)) {
      MemoryPerEntry.print(MemoryPerEntry.DEFAULT_ENTRIES, out);
      return DONE;
    }
    try {
      SuiteArguments arguments = SuiteArguments.parse(commandLine);
      CommandLineOptions jmh = JmhOptions.parse(arguments.jmh());
      if (onlyAsks(jmh)) {
        out.print(jmh.shouldHelp() ? SuiteArguments.HELP : "");
        org.openjdk.jmh.Main.main(arguments.jmh().toArray(String[]::new));
        return DONE;
      }
      return measure(commandLine, arguments, jmh, out, err) ? DONE : FAILED;
    } catch (UserError e) {
      err.println(e.getMessage());
      return WRONG_USAGE;
    }
  }

  private static boolean onlyAsks(CommandLineOptions jmh) {
    return jmh.shouldHelp()
        || jmh.shouldList()
        || jmh.shouldListWithParams()
        || jmh.shouldListProfilers()
        || jmh.shouldListResultFormats();
  }

  private static boolean measure(
      List<String> commandLine,
      SuiteArguments arguments,
      CommandLineOptions jmh,
      PrintStream out,
      PrintStream err)
      throws IOException {
    Instant start = Instant.now();
    Suite suite = Suite.chosenBy(jmh);
    suite.checkParameters(arguments.parameterNames());
    ChainedOptionsBuilder options =
        new OptionsBuilder().parent(jmh).shouldFailOnError(jmh.shouldFailOnError().orElse(true));
    options
        .addProfiler(OthersProfiler.class)
        .addProfiler(PlacementProfiler.class)
        .addProfiler(CoreToCoreProfiler.class);
    requireForks(suite, jmh);
    if (suite.includes(StoreBenchmark.class)) {
      options.addProfiler(GCProfiler.class);
    }
    List<Options> parts = new ArrayList<>();
    int expected = 0;
    if (!suite.isOnly(TransportBenchmark.class)) {
      parts.add(withoutTransports(options.build(), jmh.getExcludes()));
      expected += suite.combinationsWithout(TransportBenchmark.class);
    }
    if (suite.includes(TransportBenchmark.class)) {
      for (Map<String, List<String>> part : sweep(suite, arguments, jmh, out).parts()) {
        parts.add(transports(warmedUp(options.build(), jmh, polling(part, suite)), part));
        expected += suite.combinations(TransportBenchmark.class, part);
      }
    }
    return new BenchmarkRun(
            parts, arguments.rounds(), expected, folder(arguments, suite, start), out, err)
        .execute(EnvironmentCapture.capture(start, commandLine));
  }

  private static TransportSweep sweep(
      Suite suite, SuiteArguments arguments, CommandLineOptions jmh, PrintStream out) {
    List<String> transports = transports(suite, arguments, out);
    TransportSweep.requireUses(arguments.parameterNames(), transports);
    TransportSweep sweep =
        TransportSweep.over(
            transports,
            suite::values,
            forks(jmh) ? PlacementDefaults.here() : PlacementDefaults.unpinned());
    sweep.notes().forEach(out::println);
    return sweep;
  }

  private static boolean forks(CommandLineOptions jmh) {
    return jmh.getForkCount().orElse(1) > 0;
  }

  /** Only forked JVMs are pinned. */
  private static void requireForks(Suite suite, CommandLineOptions jmh) {
    if (!forks(jmh)
        && !Set.of(PlacementDefaults.AUTO, Placement.FREE_NAME)
            .containsAll(suite.values(PlacementDefaults.PLACEMENT))) {
      throw UserError.usage("placement pins forked JVMs, and -f 0 asks for none");
    }
  }

  private static Options withoutTransports(Options options, List<String> excludes) {
    ChainedOptionsBuilder others = new OptionsBuilder().parent(options);
    excludes.forEach(others::exclude);
    return others.exclude(Suite.defaultPattern()).build();
  }

  private static Collection<String> polling(Map<String, List<String>> part, Suite suite) {
    List<String> placed = part.get(PlacementDefaults.BUSY_POLL);
    return placed == null ? suite.values(PlacementDefaults.BUSY_POLL) : placed;
  }

  private static Options warmedUp(
      Options options, CommandLineOptions jmh, Collection<String> busyPoll) {
    ChainedOptionsBuilder warm = new OptionsBuilder().parent(options);
    if (!jmh.getWarmupIterations().hasValue()) {
      PlacementDefaults.warmupIterations(busyPoll).ifPresent(warm::warmupIterations);
    }
    return warm.build();
  }

  private static Options transports(Options options, Map<String, List<String>> parameters) {
    ChainedOptionsBuilder transports =
        new OptionsBuilder().parent(options).include(Suite.defaultPattern());
    parameters.forEach((name, values) -> transports.param(name, values.toArray(String[]::new)));
    return transports.build();
  }

  private static RunFolder folder(SuiteArguments arguments, Suite suite, Instant start) {
    String name = suite.name().toLowerCase(Locale.ROOT);
    try {
      return RunFolder.create(
          arguments.results().orElseGet(() -> RunFolder.defaultPath(start, name)));
    } catch (IllegalArgumentException e) {
      throw UserError.usage(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw UserError.usage("the folder for the results cannot be made: " + e);
    }
  }

  private static List<String> transports(Suite suite, SuiteArguments arguments, PrintStream out) {
    Collection<String> servers = suite.values("server");
    if (arguments.parameterNames().contains("transport")) {
      List<String> named = List.copyOf(suite.values("transport"));
      for (String name : named) {
        for (String server : servers) {
          Optional<String> obstacle =
              MeasurableTransports.unreachable(Transports.named(name), server, device(suite));
          if (obstacle.isPresent()) {
            throw UserError.usage("transport=" + name + ": " + obstacle.get());
          }
        }
      }
      return named;
    }
    MeasurableTransports choice = MeasurableTransports.every(servers, device(suite));
    choice.notes().forEach(out::println);
    if (choice.names().isEmpty()) {
      throw UserError.usage("no transport is left to measure");
    }
    out.println("Measuring " + String.join(", ", choice.names()));
    return choice.names();
  }

  /** The device to try a server with: the first, where several are asked for. */
  private static @Nullable String device(Suite suite) {
    return ServerProcess.device(suite.values(TransportOption.DEVICE.parameter()).iterator().next());
  }
}
