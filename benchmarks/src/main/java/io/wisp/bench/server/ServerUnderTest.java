// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.transport.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A {@link ServerProcess}, seen from the process that started it and measures it. */
public final class ServerUnderTest implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Process process;
  private final List<String> command;
  private final Endpoint endpoint;
  private final String cores;
  private final String description;

  private ServerUnderTest(Process process, List<String> command, String[] ready) {
    this.process = process;
    this.command = command;
    endpoint = Endpoint.parse(ready[1]);
    cores = ready[2];
    description = ready[3];
  }

  /**
   * Starts a server with this process's own JDK and flags, and waits until it listens.
   *
   * @param memoryBytes how much memory its store gets
   * @param device the RDMA device, or {@link ServerProcess#AUTO}
   * @param ackTimeout how long it waits for acknowledgements, or {@link ServerProcess#AUTO}
   * @throws IllegalStateException if it does not come up; what it said is on standard error
   */
  public static ServerUnderTest start(
      String transport,
      int threads,
      boolean busyPoll,
      long memoryBytes,
      String device,
      String ackTimeout) {
    return start(
        ServerProcess.class,
        transport,
        Integer.toString(threads),
        Boolean.toString(busyPoll),
        Long.toString(memoryBytes),
        device,
        ackTimeout);
  }

  /**
   * Starts a server by another program, which keeps to what {@link
   * ServerProcess#serveUntilEndOfInput} does.
   *
   * @param kind what to call the server in complaints; the program's first argument
   */
  public static ServerUnderTest start(Class<?> main, String kind, String... arguments) {
    List<String> program = new ArrayList<>(List.of(main.getName(), kind));
    program.addAll(List.of(arguments));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.addAll(PlacementProfiler.serverFlags());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(program);
    List<String> told = new ArrayList<>(List.of("java"));
    told.addAll(flags());
    told.addAll(program);
    try {
      Process process = start(command);
      return new ServerUnderTest(process, told, awaitReady(process, kind));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a server for " + kind, e);
    }
  }

  /** In a thread that is not pinned, because a process takes its cores from who starts it. */
  private static Process start(List<String> command) throws IOException {
    FutureTask<Process> starting =
        new FutureTask<>(
            () -> {
              PlacementProfiler.unpin();
              return new ProcessBuilder(command)
                  .redirectError(ProcessBuilder.Redirect.INHERIT)
                  .start();
            });
    Thread.ofPlatform().name("start server").start(starting);
    try {
      return starting.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The flags of this JVM that are not JMH's own for the benchmark's code. */
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-X") || flag.startsWith("--"))
        .filter(flag -> !flag.startsWith("-XX:CompileCommand"))
        .toList();
  }

  private static String[] awaitReady(Process process, String kind) {
    FutureTask<@Nullable String> line =
        new FutureTask<>(() -> process.inputReader(StandardCharsets.UTF_8).readLine());
    Thread.ofVirtual().start(line);
    String failure;
    try {
      String said = line.get(START.toSeconds(), TimeUnit.SECONDS);
      if (said != null && said.startsWith(ServerProcess.READY)) {
        return said.split("\t", 4);
      }
      failure = said == null ? "ended at once" : "said \"" + said + "\"";
    } catch (TimeoutException e) {
      failure = "did not listen within " + START.toSeconds() + " seconds";
    } catch (ExecutionException e) {
      failure = "could not be heard: " + e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "was not waited for";
    }
    process.destroyForcibly();
    throw new IllegalStateException("the server for " + kind + " " + failure);
  }

  /** Where it listens. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** What it says it serves with. */
  public String description() {
    return description;
  }

  /** The cores that it may run on, in Linux's notation. */
  public String cores() {
    return cores;
  }

  /** How it was started, without paths of this machine. */
  public String command() {
    return String.join(" ", command);
  }

  /** Ends it, by force if it does not go by itself. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException e) {
      // It is gone already, or will be in a moment.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
