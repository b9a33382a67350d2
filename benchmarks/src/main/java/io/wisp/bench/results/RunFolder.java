// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.LatencyLog;
import io.wisp.measure.record.Environment;
import io.wisp.measure.record.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The folder that a run leaves. Until the run has succeeded its name ends in {@code .unfinished},
 * and if the run fails in {@code .FAILED}, so that what a broken run left is never read as a
 * result.
 */
public final class RunFolder {

  static final String JMH_FILE = "jmh.json";

  static final String JMH_TABLE = "jmh.txt";
  static final String FAILURE_FILE = "FAILED.txt";
  static final String HISTOGRAMS = "histograms";

  private static final String RAW = "raw";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path wanted;
  private final Path unfinished;
  private boolean ended;

  private RunFolder(Path wanted) {
    this.wanted = wanted;
    unfinished = sibling(wanted, ".unfinished");
  }

  /** Where a run goes that was not told where to go: under {@code results/local}. */
  public static Path defaultPath(Instant start, String name) {
    Path parent = Path.of("results", "local");
    Path path = parent.resolve(TIME.format(start) + "-" + name);
    for (int copy = 2; Files.exists(path) || Files.exists(sibling(path, ".unfinished")); copy++) {
      path = parent.resolve(TIME.format(start) + "-" + name + "-" + copy);
    }
    return path;
  }

  /**
   * Makes the folder for a run.
   *
   * @throws IllegalArgumentException if there is something in that place
   * @throws IOException if it cannot be made
   */
  public static RunFolder create(Path path) throws IOException {
    Path wanted = path.toAbsolutePath().normalize();
    for (Path occupied : List.of(wanted, sibling(wanted, ".unfinished"))) {
      if (Files.exists(occupied)) {
        throw new IllegalArgumentException(occupied + " exists already; name another folder");
      }
    }
    RunFolder folder = new RunFolder(wanted);
    Files.createDirectories(folder.unfinished.resolve(RAW));
    Files.createDirectories(folder.unfinished.resolve(HISTOGRAMS));
    return folder;
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /** Where forks leave what they recorded. */
  public Path rawFolder() {
    return unfinished.resolve(RAW);
  }

  /** Writes the conditions of the run, before it starts. */
  public void write(Environment environment) {
    Json.write(unfinished.resolve(Environment.FILE), environment);
  }

  /**
   * Writes the results and gives the folder its name.
   *
   * @return the result, for a table
   */
  public synchronized RunResult complete(
      int rounds, int missing, Collection<org.openjdk.jmh.results.RunResult> results)
      throws IOException {
    write(
        JMH_FILE,
        out -> ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results));
    write(
        JMH_TABLE,
        out -> OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL).endRun(results));
    ResultBuilder builder =
        new ResultBuilder(unfinished.resolve(HISTOGRAMS), LatencyLog.readAll(rawFolder()));
    RunResult result =
        new RunResult(
            RunResult.FORMAT,
            RunResult.VERSION,
            wanted.getFileName().toString(),
            rounds,
            missing,
            builder.build(results));
    Json.write(unfinished.resolve(RunResult.FILE), result);
    delete(rawFolder());
    if (ended) {
      throw new IOException("the run was interrupted");
    }
    Files.move(unfinished, wanted);
    ended = true;
    return result;
  }

  private void write(String name, Consumer<PrintStream> content) throws IOException {
    Path file = unfinished.resolve(name);
    try (PrintStream out =
        new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
      content.accept(out);
      if (out.checkError()) {
        throw new IOException("cannot write " + file);
      }
    }
  }

  /**
   * Marks the run as failed, unless it has ended already.
   *
   * @return the folder's path, whose name tells
   */
  public synchronized Path fail(String reason) {
    Path failed = sibling(wanted, ".FAILED");
    if (ended) {
      return failed;
    }
    ended = true;
    try {
      Files.deleteIfExists(unfinished.resolve(RunResult.FILE));
      Files.writeString(unfinished.resolve(FAILURE_FILE), reason + "\n");
      for (int copy = 2; Files.exists(failed); copy++) {
        failed = sibling(wanted, "-" + copy + ".FAILED");
      }
      return Files.move(unfinished, failed);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot mark " + unfinished + " as failed", e);
    }
  }

  /** Where the results are. */
  public Path path() {
    return wanted;
  }

  private static void delete(Path folder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
