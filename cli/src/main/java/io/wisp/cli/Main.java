// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.cluster.ClusterArguments;
import io.wisp.cli.cluster.ClusterTool;
import io.wisp.cli.common.ClientLog;
import io.wisp.cli.common.InternalErrors;
import io.wisp.cli.common.ProcessText;
import io.wisp.cli.common.Product;
import io.wisp.cli.common.Streams;
import io.wisp.cli.perf.PerfBatch;
import io.wisp.cli.perf.PerfCommand;
import io.wisp.cli.serve.ServeCommand;
import io.wisp.cli.serve.StopSignal;
import io.wisp.cli.serve.StoreOpener;
import io.wisp.cli.shell.Shell;
import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.ExitCode;
import io.wisp.measure.input.TimeSpan;
import io.wisp.measure.input.UserError;
import io.wisp.measure.loop.Arrivals;
import io.wisp.measure.machine.CoreList;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** Where the program starts. */
public final class Main {

  private final Streams streams;
  private final Supplier<StopSignal> stopSignal;
  private final StoreOpener opener;

  /**
   * The program before its arguments are known.
   *
   * @param stopSignal makes what tells a server or a measurement to stop, once it can
   */
  Main(Streams streams, Supplier<StopSignal> stopSignal, StoreOpener opener) {
    this.streams = streams;
    this.stopSignal = stopSignal;
    this.opener = opener;
  }

  /** The program. */
  public static void main(String[] arguments) {
    Streams streams = Streams.ofProcess();
    Main main = new Main(streams, StopSignal::ofProcess, StoreOpener::openTable);
    System.exit(main.run(() -> ProcessText.arguments(arguments)));
  }

  /** Does what the arguments say. Returns the exit code, and lets no exception out. */
  int run(String... arguments) {
    return run(() -> arguments);
  }

  private int run(Supplier<String[]> arguments) {
    int exitCode = exitCode(arguments);
    boolean lost = streams.out().checkError() || streams.err().checkError();
    return lost && exitCode == ExitCode.SUCCESS ? ExitCode.FAILURE : exitCode;
  }

  private int exitCode(Supplier<String[]> arguments) {
    try {
      return parseAndRun(arguments.get());
    } catch (ParameterException e) {
      return complain(ParseErrors.sentence(e), ExitCode.USAGE);
    } catch (UserError e) {
      return complain(e.getMessage(), e.exitCode());
    } catch (RuntimeException | Error e) {
      InternalErrors.trace(e, streams.err());
      return complain(
          "an error inside Wisp, " + InternalErrors.told(e) + "; " + InternalErrors.HOW_TO_TRACE,
          ExitCode.FAILURE);
    }
  }

  private int complain(@Nullable String sentence, int exitCode) {
    streams.err().println("wisp: " + sentence);
    if (exitCode == ExitCode.USAGE) {
      streams.err().println(Help.WHERE);
    }
    return exitCode;
  }

  private int cluster(String... arguments) {
    ClusterArguments words = new ClusterArguments();
    var _ =
        new CommandLine(words)
            .registerConverter(Duration.class, converter(TimeSpan::parse))
            .setExpandAtFiles(false)
            .parseArgs(arguments);
    ClientLog.quiet();
    return new ClusterTool(words, streams).run();
  }

  private int parseAndRun(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals(ClusterTool.WORD)) {
      return cluster(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
    CommandArguments command = new CommandArguments();
    CommandLine commandLine =
        new CommandLine(command)
            .registerConverter(ByteSize.class, converter(ByteSize::parse))
            .registerConverter(Duration.class, converter(TimeSpan::parse))
            .registerConverter(CoreList.class, converter(CoreList::parse))
            .registerConverter(Arrivals.class, converter(Arrivals::ofWord))
            .registerConverter(Waiting.class, converter(Waiting::ofWord))
            .registerConverter(GetPath.class, converter(GetPath::ofWord))
            .setExpandAtFiles(false)
            .setStopAtPositional(true);
    ParseResult parsed = commandLine.parseArgs(arguments);
    if (command.version) {
      streams.out().println(Product.banner());
      return ExitCode.SUCCESS;
    }
    if (command.help || arguments.length == 0) {
      return help(commandLine.getCommandSpec(), command);
    }
    Mode mode = command.mode();
    ModeOptions.check(mode, parsed, command.transport, command.words);
    if (PerfBatch.HOST.equals(command.perfHost)) {
      if (parsed.matchedOptions().size() > 1) {
        throw UserError.usage(
            "-p - takes no other option: each line of standard input has its own");
      }
      StopSignal stop = stopSignal.get();
      return new PerfBatch(streams, stop, new Main(streams, () -> stop, opener)::run).run();
    }
    return run(mode, command);
  }

  private int help(CommandSpec spec, CommandArguments command) {
    Help help = new Help(spec);
    boolean ofMode = command.hasMode();
    streams.out().print(ofMode ? help.of(command.mode()) : help.on(command.words));
    return ExitCode.SUCCESS;
  }

  private int run(Mode mode, CommandArguments command) {
    if (mode != Mode.SERVE) {
      ClientLog.quiet();
    }
    return switch (mode) {
      case SERVE ->
          new ServeCommand(
                  command.serving,
                  command.transport,
                  command.connection,
                  command.cores.pin(),
                  opener)
              .run(streams, stopSignal.get());
      case SHELL -> shell(command);
      case PERF -> perf(command);
    };
  }

  private int shell(CommandArguments command) {
    Endpoint server =
        CommandArguments.endpoint(Mode.SHELL, Objects.requireNonNull(command.shellHost));
    ClientOptions options = command.client.options(command.connection);
    Transport transport = command.transport.namedOrFallBack(streams);
    return new Shell(transport, server, options, command.shell, streams).run(command.words);
  }

  private int perf(CommandArguments command) {
    Endpoint server =
        CommandArguments.endpoint(Mode.PERF, Objects.requireNonNull(command.perfHost));
    ClientOptions options = command.client.options(command.connection);
    CoreList cores = command.cores.pin();
    return new PerfCommand(command.perf, command.transport, server, options, cores)
        .run(streams, stopSignal);
  }

  /** A reader of option values whose complaint reaches the user. */
  private static <T> ITypeConverter<T> converter(ITypeConverter<T> parser) {
    return text -> {
      try {
        return parser.convert(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(Objects.requireNonNull(e.getMessage()));
      }
    };
  }
}
