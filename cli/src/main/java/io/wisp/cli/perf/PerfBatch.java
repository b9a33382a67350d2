// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Streams;
import io.wisp.cli.serve.StopSignal;
import io.wisp.measure.input.ExitCode;
import io.wisp.transport.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Measurements from standard input, one after the other in this process, whose code stays compiled.
 * A line holds what follows {@code -p}, a server and options, separated by blanks; nothing is
 * quoted. An empty line, and one that begins with {@code #}, is none. Behind what a measurement
 * prints stands {@code exit code N}, so that a program knows when to send the next line.
 *
 * @param measure makes the measurement of a line's words and returns its exit code
 */
public record PerfBatch(Streams streams, StopSignal stop, ToIntFunction<String[]> measure) {

  /** What stands in the place of a server. */
  public static final String HOST = "-";

  /** Characters of a line, far more than all options have. */
  private static final int LONGEST_LINE = 64 << 10;

  private static final long CHECK_MILLIS = 100;

  /** A line of the input, or that there is none any more, and whether that is a failure. */
  private record Input(@Nullable String line, boolean failed) {}

  /**
   * Measures until the input ends, or until it is stopped.
   *
   * @return the exit code of the last measurement that did not succeed
   */
  public int run() {
    // A read of standard input cannot be interrupted, so that another thread waits in it.
    BlockingQueue<Input> inputs = new ArrayBlockingQueue<>(1);
    Thread.ofPlatform().name("wisp-lines").daemon().start(() -> readInto(inputs));
    int exitCode = ExitCode.SUCCESS;
    while (true) {
      Input input = next(inputs);
      if (input == null) {
        return ExitCode.INTERRUPTED;
      }
      String line = input.line();
      if (line == null) {
        return input.failed() ? ExitCode.FAILURE : exitCode;
      }
      int code = exitCode(line);
      streams.out().println("exit code " + code);
      streams.out().flush();
      if (code != ExitCode.SUCCESS) {
        exitCode = code;
      }
    }
  }

  private int exitCode(String line) {
    if (line.startsWith("-")) {
      streams.err().println("wisp: a line begins with a server, and this one with " + line);
      return ExitCode.USAGE;
    }
    AtomicInteger code = new AtomicInteger(ExitCode.FAILURE);
    // In a thread of its own, so that the cores of one measurement are not those of the next.
    Thread measurement =
        Thread.ofPlatform()
            .name("wisp-measurement")
            .start(() -> code.set(measure.applyAsInt(("-p " + line).split("\\s+"))));
    Threads.joinUninterruptibly(measurement);
    return code.get();
  }

  private void readInto(BlockingQueue<Input> inputs) {
    boolean failed = true;
    try (Reader in =
        new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = nextLine(in)) != null) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          inputs.put(new Input(line, false));
        }
      }
      failed = false;
    } catch (IOException e) {
      streams.err().println("wisp: standard input cannot be read: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(inputs, failed);
  }

  private static void end(BlockingQueue<Input> inputs, boolean failed) {
    try {
      inputs.put(new Input(null, failed));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without the blanks around it; null at the end. */
  private static @Nullable String nextLine(Reader in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (line.length() == LONGEST_LINE) {
        throw new IOException("a line is longer than " + LONGEST_LINE + " characters");
      }
      line.append((char) next);
      next = in.read();
    }
    return line.toString().strip();
  }

  /** Null once it is stopped. */
  private @Nullable Input next(BlockingQueue<Input> inputs) {
    try {
      Input input = null;
      while (input == null && !stop.isGiven()) {
        input = inputs.poll(CHECK_MILLIS, TimeUnit.MILLISECONDS);
      }
      return stop.isGiven() ? null : input;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
