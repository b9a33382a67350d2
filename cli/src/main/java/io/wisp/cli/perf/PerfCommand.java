package io.wisp.cli.perf;

import io.wisp.cli.common.ExitCode;
import io.wisp.cli.common.Product;
import io.wisp.cli.common.Streams;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cli.common.TransportOption;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import java.nio.file.Path;

/** Measures a server and prints what it found. */
public final class PerfCommand {

  private final PerfArguments arguments;
  private final TransportChoice choice;
  private final Endpoint server;
  private final ClientOptions clientOptions;

  /**
   * A measurement that has not begun.
   *
   * @param server where the server is, by the port that it was given
   */
  public PerfCommand(
      PerfArguments arguments,
      TransportChoice choice,
      Endpoint server,
      ClientOptions clientOptions) {
    this.arguments = arguments;
    this.choice = choice;
    this.server = server;
    this.clientOptions = clientOptions;
  }

  /** Returns the exit code: a run with errors is no success, and no result file comes of it. */
  public int run(Streams streams) {
    PerfSettings settings = arguments.settings();
    Path json = arguments.json();
    ResultFile file = json == null ? null : new ResultFile(json);
    Transport transport = choice.namedOrDefault();
    Endpoint endpoint = TransportChoice.endpoint(transport, server);
    ClientOptions options = clientOptions.withMaxOutstanding(settings.pipeline());
    PerfReport report = new PerfReport(streams.out());
    streams.out().println(Product.banner());
    try (PerfRun run =
        new PerfRun(settings, new Progress(streams), TransportOption.GET.isUsedBy(transport))) {
      String description = run.connect(() -> transport.connect(endpoint, options));
      Connection connection = new Connection(transport, endpoint, description, options);
      report.conditions(settings, connection);
      PerfResult result = run.run();
      report.result(result);
      if (!result.failures().isEmpty()) {
        return ExitCode.FAILURE;
      }
      if (file != null) {
        file.write(settings, connection, result);
      }
    }
    return ExitCode.SUCCESS;
  }
}
