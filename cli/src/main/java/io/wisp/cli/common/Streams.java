package io.wisp.cli.common;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes.
 *
 * @param out for results
 * @param err for errors, warnings and progress
 * @param interactive whether a person sits at {@code in} and {@code out}
 * @param liveProgress whether {@code err} is a terminal, on which a line may be written over
 */
public record Streams(
    InputStream in, PrintStream out, PrintStream err, boolean interactive, boolean liveProgress) {

  /** Set by the launcher, which can ask about standard error and Java cannot. */
  private static final String LIVE_PROGRESS = "wisp.liveProgress";

  /** This process's own streams, in UTF-8 whatever the locale: what goes in comes out. */
  public static Streams ofProcess() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        isInteractive(),
        Boolean.getBoolean(LIVE_PROGRESS));
  }

  /** JDK 22 to 24 always have a console, JDK 25 has one only on a terminal. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
