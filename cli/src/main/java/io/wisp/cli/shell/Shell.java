// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.cli.common.ByteText;
import io.wisp.cli.common.Streams;
import io.wisp.cli.common.TransportChoice;
import io.wisp.measure.input.ExitCode;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.ClusterClient;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the shell on a terminal, on a pipe, or for one command from the command line. */
public final class Shell {

  private final Transport transport;
  private final Endpoint server;
  private final Endpoint endpoint;
  private final boolean oneNode;
  private final ClientOptions options;
  private final Streams streams;
  private final boolean raw;

  /**
   * A shell that is not connected yet.
   *
   * @param server where the server is, by the port that it was given
   */
  public Shell(
      Transport transport,
      Endpoint server,
      ClientOptions options,
      ShellArguments arguments,
      Streams streams) {
    this.transport = transport;
    this.server = server;
    this.endpoint = TransportChoice.endpoint(transport, server);
    oneNode = arguments.oneNode();
    this.options = options;
    this.streams = streams;
    raw = arguments.raw(streams.outIsTerminal());
  }

  /** The words of all its commands. */
  public static List<String> commands() {
    return ShellCommand.words();
  }

  /**
   * Runs it to its end.
   *
   * @param command a command and its arguments as {@link ByteText}, or nothing, to read commands
   *     from standard input
   * @return the exit code
   */
  public int run(List<String> command) {
    try (ShellSession session = new ShellSession(this::newClient)) {
      Client client = connect(session);
      if (!command.isEmpty()) {
        return exitCode(interpreter(session).command(bytes(command)));
      }
      if (streams.interactive()) {
        return new Prompt(session, client.description(), raw).run();
      }
      return pipe(interpreter(session));
    }
  }

  private Client newClient() {
    return oneNode
        ? transport.connect(endpoint, options)
        : ClusterClient.connectToAll(transport, server, options);
  }

  private Interpreter interpreter(ShellSession session) {
    return new Interpreter(session, new Replies(streams.out(), raw), streams.err());
  }

  private static Client connect(ShellSession session) {
    try {
      return session.client();
    } catch (TransportException e) {
      throw UserError.failure(e.getMessage());
    }
  }

  private static List<byte[]> bytes(List<String> words) {
    return words.stream().map(ByteText::encode).toList();
  }

  private static int exitCode(Interpreter.Outcome outcome) {
    return switch (outcome) {
      case DONE, QUIT -> ExitCode.SUCCESS;
      case FAILED, DISCONNECTED -> ExitCode.FAILURE;
    };
  }

  /** A command that fails is remembered, and the others go on; without a server none can. */
  private int pipe(Interpreter interpreter) {
    int exitCode = ExitCode.SUCCESS;
    long number = 0;
    InputStream in = new BufferedInputStream(streams.in());
    for (byte[] line = readLine(in); line != null; line = readLine(in)) {
      number++;
      Interpreter.Outcome outcome = interpreter.line(line);
      exitCode = Math.max(exitCode, exitCode(outcome));
      if (outcome == Interpreter.Outcome.QUIT) {
        break;
      }
      if (outcome == Interpreter.Outcome.DISCONNECTED) {
        streams.err().println("gave up at line " + number + "; the lines after it were not run");
        break;
      }
    }
    return exitCode;
  }

  private static byte @Nullable [] readLine(InputStream in) {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int next = in.read();
      if (next < 0) {
        return null;
      }
      for (; next >= 0 && next != '\n'; next = in.read()) {
        line.write(next);
      }
      return line.toByteArray();
    } catch (IOException e) {
      throw UserError.failure("standard input cannot be read: " + e.getMessage());
    }
  }
}
