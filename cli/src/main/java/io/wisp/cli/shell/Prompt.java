// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.cli.common.Product;
import io.wisp.cli.common.Streams;
import io.wisp.measure.input.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.ArgumentCompleter;
import org.jline.reader.impl.completer.NullCompleter;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** The shell for a person: a prompt with history and completion. */
record Prompt(ShellSession session, String description) {

  private static final String TEXT = "wisp> ";

  /** Reads commands until the person leaves. */
  int run() {
    try (Terminal terminal =
        TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build()) {
      PrintStream out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
      Streams streams = new Streams(InputStream.nullInputStream(), out, out, true, true);
      Interpreter interpreter = new Interpreter(session, streams);
      LineReader reader = reader(terminal);
      out.println(Product.banner() + ", connected to " + description + "; help lists the commands");
      while (step(reader, interpreter, out)) {
        // Each step is a command.
      }
      return ExitCode.SUCCESS;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One prompt and one command. Returns whether there is another. */
  private boolean step(LineReader reader, Interpreter interpreter, PrintStream out) {
    try {
      String line = reader.readLine(TEXT);
      return switch (interpreter.line(line.getBytes(StandardCharsets.UTF_8))) {
        case QUIT -> false;
        case DISCONNECTED -> {
          out.println("not connected; the next command connects again");
          yield true;
        }
        case DONE, FAILED -> true;
      };
    } catch (UserInterruptException e) {
      return true;
    } catch (EndOfFileException e) {
      return false;
    }
  }

  private static LineReader reader(Terminal terminal) {
    DefaultParser parser = new DefaultParser();
    parser.setEofOnUnclosedQuote(false);
    parser.setQuoteChars(new char[] {'"'});
    parser.setEscapeChars(new char[0]);
    return LineReaderBuilder.builder()
        .terminal(terminal)
        .parser(parser)
        .completer(
            new ArgumentCompleter(
                new StringsCompleter(ShellCommand.words()), NullCompleter.INSTANCE))
        .variable(LineReader.HISTORY_FILE, historyFile())
        // A value may hold an exclamation mark, and a pasted script is a command a line.
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .option(LineReader.Option.BRACKETED_PASTE, false)
        .build();
  }

  /** Null, so that there is none, if the locale's encoding does not have the name of its folder. */
  private static @Nullable Path historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    try {
      return state == null || state.isBlank()
          ? Path.of(System.getProperty("user.home"), ".wisp_history")
          : Path.of(state, "wisp", "history");
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
