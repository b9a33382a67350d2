// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import io.wisp.process.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A process whose output is gathered, which can be stopped, killed and looked at. */
class RunningProcess implements AutoCloseable {

  /** How long is waited for what the process should do: more than the busiest machine needs. */
  private static final long BOUND_SECONDS = 120;

  private final Process process;
  private final Queue<String> out = new ConcurrentLinkedQueue<>();
  private final Queue<String> err = new ConcurrentLinkedQueue<>();
  private final List<Thread> readers = new ArrayList<>();

  RunningProcess(Process process) {
    this.process = process;
    readers.add(gather(process.inputReader(StandardCharsets.UTF_8), out));
    readers.add(gather(process.errorReader(StandardCharsets.UTF_8), err));
  }

  private static Thread gather(BufferedReader from, Queue<String> into) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try (from) {
                for (String line = from.readLine(); line != null; line = from.readLine()) {
                  into.add(line);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Waits for something that it should do.
   *
   * @throws AssertionError if it ends first or does not do it in time
   */
  public void await(String what, BooleanSupplier happened) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!happened.getAsBoolean()) {
      if (!process.isAlive()) {
        int exitCode = exitCode();
        if (happened.getAsBoolean()) {
          return;
        }
        throw new AssertionError("exit code " + exitCode + " before " + what + ": " + said());
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not " + what + " in " + BOUND_SECONDS + " s: " + said());
      }
      Thread.sleep(5);
    }
  }

  /** Whether a line of its standard output begins so. */
  public boolean hasSaid(String beginOfLine) {
    return out.stream().anyMatch(line -> line.startsWith(beginOfLine));
  }

  private String said() {
    return out() + "\n" + err();
  }

  public long pid() {
    return process.pid();
  }

  /** What it has written to standard output so far, in lines. */
  public String out() {
    return String.join("\n", out);
  }

  /** What it has written to standard error so far, in lines. */
  public String err() {
    return String.join("\n", err);
  }

  /** SIGSTOP, and waits until each of its threads has seen it. */
  public void stop() throws IOException, InterruptedException {
    Signals.stop(pid());
  }

  /** SIGCONT: it goes on. */
  public void resume() throws IOException, InterruptedException {
    Signals.send("CONT", pid());
  }

  /** SIGTERM: it ends in an orderly way. */
  public void terminate() throws IOException, InterruptedException {
    Signals.send("TERM", pid());
  }

  /** SIGKILL: it has no time to clear anything up. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until it has ended and all that it wrote has been read.
   *
   * @throws AssertionError if it does not end in time
   */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("not ended in " + BOUND_SECONDS + " s: " + said());
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  /** How many file descriptors it has open. */
  public int descriptors() throws IOException {
    try (Stream<Path> open = Files.list(proc("fd"))) {
      return (int) open.count();
    }
  }

  /**
   * A number of /proc/PID/status.
   *
   * @param field as Threads, or VmRSS, which is in KiB
   */
  public long status(String field) throws IOException {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + field + " of " + pid()));
    }
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(pid()), file);
  }

  @Override
  public void close() {
    kill();
  }
}
