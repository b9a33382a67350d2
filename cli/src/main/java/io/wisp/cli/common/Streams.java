// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes.
 *
 * @param out for results; one of this process throws a {@link UserError} at the first write that
 *     fails
 * @param err for errors, warnings and progress
 * @param outIsTerminal whether a person reads {@code out}
 * @param interactive whether a person sits at {@code in} and {@code out}
 * @param liveProgress whether {@code err} is a terminal, on which a line may be written over
 */
public record Streams(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean interactive,
    boolean liveProgress) {

  /** Both are set by the launcher, which can ask about each descriptor and Java cannot. */
  private static final String OUT_IS_TERMINAL = "wisp.outIsTerminal";

  private static final String LIVE_PROGRESS = "wisp.liveProgress";

  /** This process's own streams, in UTF-8 whatever the locale: what goes in comes out. */
  public static Streams ofProcess() {
    boolean interactive = isInteractive();
    return new Streams(
        input(),
        utf8(new CheckedOutput("standard output", new FileOutputStream(FileDescriptor.out))),
        utf8(new FileOutputStream(FileDescriptor.err)),
        interactive || Boolean.getBoolean(OUT_IS_TERMINAL),
        interactive,
        Boolean.getBoolean(LIVE_PROGRESS));
  }

  /** JDK 22 to 24 always have a console, JDK 25 has one only on a terminal. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * Standard input, which nothing can be read from if it was closed: then its number went to the
   * first file that the JVM opened, one of its own.
   */
  private static InputStream input() {
    InputStream in = new FileInputStream(FileDescriptor.in);
    Path opened = Path.of("/proc/self/fd/0");
    Path ours = Path.of(System.getProperty("java.home"), "lib", "modules");
    try {
      if (Files.exists(opened) && Files.isSameFile(opened, ours)) {
        in = InputStream.nullInputStream();
        in.close();
      }
    } catch (IOException e) {
      // There is no such file, so that it is not standard input either.
    }
    return in;
  }

  private static PrintStream utf8(OutputStream out) {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }
}
