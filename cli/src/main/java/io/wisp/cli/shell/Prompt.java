// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.cli.common.Product;
import io.wisp.measure.input.ExitCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
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
record Prompt(ShellSession session, String description, boolean raw) {

  private static final String TEXT = "wisp> ";

  /** It tells of terminals that it does not know, and goes on with what every one can. */
  private static final Logger LIBRARY_LOG = Logger.getLogger("org.jline");

  /** Reads commands until the person leaves. */
  int run() {
    LIBRARY_LOG.setLevel(Level.OFF);
    try (Terminal terminal =
        TerminalBuilder.builder()
            .system(true)
            .encoding(StandardCharsets.UTF_8)
            // Else it asks the terminal what it can, and waits for answers among what is typed.
            .graphemeCluster(false)
            .build()) {
      PrintStream out = new PrintStream(terminal.output(), true, StandardCharsets.UTF_8);
      Interpreter interpreter = new Interpreter(session, new Replies(out, raw), out);
      Path history =
          HistoryFile.choose(
              System.getenv("XDG_STATE_HOME"), System.getProperty("user.home"), out::println);
      LineReader reader = reader(terminal, history);
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

  static LineReader reader(Terminal terminal, @Nullable Path historyFile) {
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
        .variable(LineReader.HISTORY_FILE, historyFile)
        // A value may hold an exclamation mark, and a pasted script is a command a line.
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .option(LineReader.Option.BRACKETED_PASTE, false)
        .option(LineReader.Option.CASE_INSENSITIVE, true)
        .build();
  }
}
