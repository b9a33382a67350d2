// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Product;
import io.wisp.cli.common.Streams;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cli.serve.StopSignal;
import io.wisp.measure.input.ExitCode;
import io.wisp.measure.input.TransportOption;
import io.wisp.measure.loop.SystemLoadClock;
import io.wisp.measure.machine.CoreList;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures a server and prints what it found.
 *
 * @param server where the server is, by the port that it was given
 * @param cores what this process was pinned to, or null
 */
public record PerfCommand(
    PerfArguments arguments,
    TransportChoice choice,
    Endpoint server,
    ClientOptions clientOptions,
    @Nullable CoreList cores) {

  /**
   * Measures. A run with errors is no success, nor is one that reached no rate, and no result file
   * comes of either. One that is interrupted leaves what was measured until then. Where the result
   * itself goes to standard output, what is for people goes to standard error.
   *
   * @param stop makes what interrupts it; asked once it is connected
   * @return the exit code
   */
  public int run(Streams streams, Supplier<StopSignal> stop) {
    PerfSettings settings = arguments.settings();
    ResultTarget target = target(streams);
    PrintStream out = arguments.jsonToOutput() ? streams.err() : streams.out();
    Transport transport = choice.namedOrDefault();
    Endpoint endpoint = TransportChoice.endpoint(transport, server);
    ClientOptions options = clientOptions.withMaxOutstanding(settings.pipeline());
    PerfReport report = new PerfReport(out);
    out.println(Product.banner());
    try (PerfRun run =
        new PerfRun(settings, new Progress(streams), TransportOption.GET.isUsedBy(transport))) {
      String description =
          run.connect(
              () -> transport.connect(endpoint, options),
              () -> new SystemLoadClock(options.waiting(), run::isStopped),
              options.timeout());
      if (target != null) {
        target.removeOld();
      }
      run.endBy(stop.get());
      String program = ServerName.ask(() -> transport.connect(endpoint, options));
      PerfConnection connection =
          new PerfConnection(transport, endpoint, description, program, options);
      report.conditions(settings, connection, cores == null ? "" : cores.described());
      List<String> failures = run.prepare();
      if (!failures.isEmpty()) {
        out.println();
        report.failed(failures);
        return ExitCode.FAILURE;
      }
      List<PerfResult> results = run.measure(report::result);
      if (results.isEmpty()) {
        report.interruptedBeforeAll();
        return ExitCode.INTERRUPTED;
      }
      if (!results.getLast().failures().isEmpty()) {
        return ExitCode.FAILURE;
      }
      if (results.size() > 1) {
        report.summary(results);
      }
      boolean interrupted = run.isInterrupted();
      if (!interrupted && results.stream().allMatch(PerfResult::isSaturated)) {
        return ExitCode.SATURATED;
      }
      if (target != null) {
        target.write(ResultJson.of(settings, cores, connection, results, interrupted));
      }
      if (interrupted) {
        report.interrupted(results.size());
        return ExitCode.INTERRUPTED;
      }
    }
    return ExitCode.SUCCESS;
  }

  private @Nullable ResultTarget target(Streams streams) {
    if (arguments.jsonToOutput()) {
      return ResultTarget.of(streams.out());
    }
    Path file = arguments.jsonFile();
    return file == null ? null : new ResultFile(file);
  }
}
