// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Streams;
import io.wisp.cli.serve.StopSignal;
import io.wisp.measure.input.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Measurements from standard input, one after the other in this process, whose code stays compiled.
 * A line holds what follows {@code -p}, separated by blanks; nothing is quoted. An empty line, and
 * one that begins with {@code #}, is none. Behind what a measurement prints stands {@code exit code
 * N}, so that a program knows when to send the next line.
 *
 * @param measure makes the measurement of a line's words and returns its exit code
 */
public record PerfBatch(Streams streams, StopSignal stop, ToIntFunction<String[]> measure) {

  /** What stands in the place of a server. */
  public static final String HOST = "-";

  private static final long CHECK_MILLIS = 100;

  /**
   * Measures until the input ends, or until it is stopped.
   *
   * @return the exit code of the last measurement that did not succeed
   */
  public int run() {
    // A read of standard input cannot be interrupted, so that another thread waits in it.
    BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    AtomicBoolean broken = new AtomicBoolean();
    Thread.ofPlatform().name("wisp-lines").daemon().start(() -> readInto(lines, broken));
    int exitCode = ExitCode.SUCCESS;
    while (true) {
      String line = next(lines);
      if (line == null) {
        return stop.isGiven() ? ExitCode.INTERRUPTED : broken.get() ? ExitCode.FAILURE : exitCode;
      }
      int code = measure.applyAsInt(("-p " + line).split("\\s+"));
      streams.out().println("exit code " + code);
      streams.out().flush();
      if (code != ExitCode.SUCCESS) {
        exitCode = code;
      }
    }
  }

  private void readInto(BlockingQueue<Optional<String>> lines, AtomicBoolean broken) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8))) {
      in.lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .forEach(line -> lines.add(Optional.of(line)));
    } catch (IOException | UncheckedIOException e) {
      streams.err().println("wisp: standard input cannot be read: " + e.getMessage());
      broken.set(true);
    } finally {
      lines.add(Optional.empty());
    }
  }

  /** Null if there is none any more, or none is wanted. */
  private @Nullable String next(BlockingQueue<Optional<String>> lines) {
    try {
      Optional<String> line = null;
      while (line == null && !stop.isGiven()) {
        line = lines.poll(CHECK_MILLIS, TimeUnit.MILLISECONDS);
      }
      return line == null || stop.isGiven() ? null : line.orElse(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
