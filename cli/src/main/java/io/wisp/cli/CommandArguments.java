// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.common.ClientArguments;
import io.wisp.cli.common.ConnectionArguments;
import io.wisp.cli.common.CoreArguments;
import io.wisp.cli.common.TransportChoice;
import io.wisp.cli.perf.PerfArguments;
import io.wisp.cli.serve.ServeArguments;
import io.wisp.cli.shell.ShellArguments;
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
@Command(name = "wisp", sortOptions = false)
final class CommandArguments {

  /** Of -c and -p: only their help needs no server. */
  private static final String NO_HOST = "";

  @Option(
      names = {"-s", "--server"},
      description = "Serve a store, over every transport that this machine can run.")
  boolean serve;

  @Option(
      names = {"-c", "--client"},
      paramLabel = "HOST[:PORT]",
      arity = "0..1",
      fallbackValue = CommandArguments.NO_HOST,
      description = "Open a shell on a server, or run one COMMAND (help lists them).")
  @Nullable String shellHost;

  @Option(
      names = {"-p", "--perf"},
      paramLabel = "HOST[:PORT]",
      arity = "0..1",
      fallbackValue = CommandArguments.NO_HOST,
      description =
          "Measure throughput and latency of a server. With - in place of one, measurements come"
              + " from standard input, a line each that holds HOST and options, and are made in one"
              + " process, which stays warm.")
  @Nullable String perfHost;

  @Option(
      names = {"-h", "--help"},
      description = "Show the help of a mode or a TOPIC.")
  boolean help;

  @Option(names = "--version", description = "Show the version.")
  boolean version;

  @ArgGroup(validate = false, heading = "Server:")
  ServeArguments serving = new ServeArguments();

  @ArgGroup(validate = false, heading = "Shell:")
  ShellArguments shell = new ShellArguments();

  @ArgGroup(validate = false, heading = "Measurement:")
  PerfArguments perf = new PerfArguments();

  @ArgGroup(validate = false, heading = "Transport (without one: rdma):")
  TransportChoice transport = new TransportChoice();

  @ArgGroup(validate = false, heading = "Client:")
  ClientArguments client = new ClientArguments();

  @ArgGroup(validate = false, heading = "Connection:")
  ConnectionArguments connection = new ConnectionArguments();

  @ArgGroup(validate = false, heading = "Process:")
  CoreArguments cores = new CoreArguments();

  @Parameters(hidden = true)
  List<String> words = new ArrayList<>();

  /** Whether any mode was asked for. */
  boolean hasMode() {
    return !modes().isEmpty();
  }

  /**
   * The one mode that was asked for.
   *
   * @throws UserError if that is not exactly one
   */
  Mode mode() {
    List<Mode> modes = modes();
    if (modes.isEmpty()) {
      throw UserError.usage(
          words.isEmpty()
              ? "one of -s, -c HOST and -p HOST is missing"
              : Tool.unknown(words.getFirst()));
    }
    if (modes.size() > 1) {
      String asked = String.join(" and ", modes.stream().map(Mode::option).toList());
      throw UserError.usage(asked + " are different things: ask for one of them");
    }
    return modes.getFirst();
  }

  private List<Mode> modes() {
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
    return modes;
  }

  static Endpoint endpoint(Mode mode, String text) {
    if (text.equals(NO_HOST)) {
      throw UserError.usage(mode.option() + " needs HOST[:PORT], the server to connect to");
    }
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
