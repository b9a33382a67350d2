// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.common.ClientArguments;
import io.wisp.cli.common.ConnectionArguments;
import io.wisp.cli.common.CoreArguments;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cli.perf.PerfArguments;
import io.wisp.cli.serve.ServeArguments;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The whole command line. The original's spellings are kept: modes are options, not subcommands.
 */
@Command(
    name = "wisp",
    customSynopsis = {
      "./wisp -s [OPTION...]                                    serve",
      "       ./wisp -c HOST[:PORT] [OPTION...] [COMMAND...]           shell",
      "       ./wisp -p HOST[:PORT] --key_size K --payload_size P [OPTION...]",
      "                                                                measure a server",
      "       ./wisp bench [JMH OPTION...]                             measure Wisp by itself",
      "       ./wisp report [RUN... | --fresh [--quick]]               report, or measure all and report",
      "       ./wisp plot [RUN...] | export RUN [OPTION...]            draw or export recorded runs",
      "       ./wisp compare BASE HEAD [OPTION...]                     tell if a commit is slower",
      "       ./wisp simple-kv -s | -c HOST | -p HOST [OPTION...]      the Python baseline",
      "       ./wisp guest COMMAND                                     run it where an RDMA device is",
      "       ./wisp test [--long]                                     test Wisp"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All was done.",
      "1:It could not be done, or not all of it.",
      "2:The command line was wrong, and nothing was tried.",
      "3:The server reached none of the rates that were offered (-p --rate).",
      "4:The server lost a thread by an error, and ended to be started anew (-s)."
    },
    sortOptions = false,
    usageHelpAutoWidth = true)
final class CommandArguments {

  @Option(
      names = {"-s", "--server"},
      description = "Serve a store, over every transport that this machine can run.")
  boolean serve;

  @Option(
      names = {"-c", "--client"},
      paramLabel = "HOST[:PORT]",
      description = "Open a shell on a server, or run one COMMAND (help lists them).")
  @Nullable String shellHost;

  @Option(
      names = {"-p", "--perf"},
      paramLabel = "HOST[:PORT]",
      description =
          "Measure throughput and latency of a server. With - in place of one, measurements come"
              + " from standard input, a line each that holds HOST and options, and are made in one"
              + " process, which stays warm.")
  @Nullable String perfHost;

  @Option(
      names = {"-h", "--help"},
      description = "Show this.")
  boolean help;

  @Option(names = "--version", description = "Show the version.")
  boolean version;

  @ArgGroup(validate = false, heading = "%nTransport (without one: rdma):%n")
  TransportChoice transport = new TransportChoice();

  @ArgGroup(validate = false, heading = "%nServer (-s):%n")
  ServeArguments serving = new ServeArguments();

  @ArgGroup(validate = false, heading = "%nShell and measurement (-c, -p):%n")
  ClientArguments client = new ClientArguments();

  @ArgGroup(validate = false, heading = "%nEvery end of a connection (-s, -c, -p):%n")
  ConnectionArguments connection = new ConnectionArguments();

  @ArgGroup(validate = false, heading = "%nServer and measurement (-s, -p):%n")
  CoreArguments cores = new CoreArguments();

  @ArgGroup(validate = false, heading = "%nMeasurement (-p):%n")
  PerfArguments perf = new PerfArguments();

  @Parameters(hidden = true)
  List<String> words = new ArrayList<>();

  /**
   * The one mode that was asked for.
   *
   * @throws UserError if that is not exactly one
   */
  Mode mode() {
    List<Mode> modes = new ArrayList<>();
    if (serve) {
      modes.add(Mode.SERVE);
    }
    if (shellHost != null) {
      modes.add(Mode.SHELL);
    }
    if (perfHost != null) {
      modes.add(Mode.PERF);
    }
    if (modes.size() != 1) {
      String asked = String.join(" and ", modes.stream().map(Mode::option).toList());
      throw UserError.usage(
          modes.isEmpty()
              ? "one of -s, -c HOST and -p HOST is missing"
              : asked + " are different things: ask for one of them");
    }
    return modes.getFirst();
  }

  static Endpoint endpoint(Mode mode, String text) {
    try {
      Endpoint endpoint = Endpoint.parse(text);
      if (endpoint.port() == 0) {
        throw UserError.usage(mode.option() + " " + text + ": port 0 is no server's");
      }
      return endpoint;
    } catch (IllegalArgumentException e) {
      throw UserError.usage(mode.option() + " " + text + ": " + e.getMessage());
    }
  }
}
