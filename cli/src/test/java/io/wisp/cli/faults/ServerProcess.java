package io.wisp.cli.faults;

import io.wisp.cli.Main;
import io.wisp.process.JavaCommand;
import io.wisp.process.Signals;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * {@code wisp -s} in a process of its own, made of the built classes, to which a test does what a
 * machine may do to it. Its process is killed when it is closed.
 *
 * <pre>{@code
 * try (ServerProcess server =
 *     ServerProcess.with("-t", "--memory", "64m")
 *         .behind("sh", "-c", "ulimit -n 64; exec \"$@\"", "sh")
 *         .start()) {
 *   ... server.port() ... server.stop() ... server.err() ...
 * }
 * }</pre>
 */
public final class ServerProcess implements AutoCloseable {

  /** How long is waited for what the process should do: more than the busiest machine needs. */
  private static final long BOUND_SECONDS = 120;

  /** Below those that Linux gives to outgoing connections, which would take them now and then. */
  private static final int LOWEST_PORT = 10_000;

  private static final int HIGHEST_PORT = 32_000;

  /** Of all transports, from the base port on. */
  private static final int PORTS_OF_A_SERVER = 4;

  private final Process process;
  private final int port;
  private final Queue<String> out = new ConcurrentLinkedQueue<>();
  private final Queue<String> err = new ConcurrentLinkedQueue<>();
  private final List<Thread> readers = new ArrayList<>();

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
    readers.add(gather(process.inputReader(StandardCharsets.UTF_8), out));
    readers.add(gather(process.errorReader(StandardCharsets.UTF_8), err));
  }

  /** What a server is started with. */
  public static final class Start {

    private final List<String> options;
    private final List<String> before = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private int port = freePorts();

    private Start(List<String> options) {
      this.options = options;
    }

    /** The command that starts it, given its words as further arguments, as setpriv(1) takes it. */
    public Start behind(String... command) {
      before.addAll(List.of(command));
      return this;
    }

    /** The base port; otherwise a free one. */
    public Start port(int base) {
      port = base;
      return this;
    }

    /** An option of the JVM. */
    public Start jvm(String option) {
      jvmOptions.add(option);
      return this;
    }

    /** A variable of its environment, which otherwise is that of this process. */
    public Start environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Starts it and does not wait: for one that may not become ready. */
    public ServerProcess launch() throws IOException {
      List<String> arguments = new ArrayList<>(List.of("-s", "--port", Integer.toString(port)));
      arguments.addAll(options);
      List<String> command = new ArrayList<>(before);
      command.addAll(
          JavaCommand.of(Main.class.getName(), productClassPath(), jvmOptions, arguments));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      return new ServerProcess(builder.start(), port);
    }

    /**
     * Starts it and waits until it says that it is ready.
     *
     * @throws AssertionError with all that it said, if it ends first or does not say so in time
     */
    public ServerProcess start() throws IOException, InterruptedException {
      ServerProcess server = launch();
      try {
        server.await("ready", () -> server.hasSaid("ready"));
        return server;
      } catch (Throwable e) {
        server.close();
        throw e;
      }
    }
  }

  /**
   * One that is to be started.
   *
   * @param options of {@code wisp -s}, but not --port
   */
  public static Start with(String... options) {
    return new Start(List.of(options));
  }

  /** Without the tests, which bring transports of their own. */
  private static String productClassPath() {
    return String.join(
        File.pathSeparator,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .toList());
  }

  /** The first of a few ports in a row on which nobody listens. */
  private static int freePorts() {
    while (true) {
      int base = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
      if (Stream.iterate(base, each -> each + 1)
          .limit(PORTS_OF_A_SERVER)
          .allMatch(ServerProcess::isFree)) {
        return base;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
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

  private boolean hasSaid(String beginOfLine) {
    return out.stream().anyMatch(line -> line.startsWith(beginOfLine));
  }

  private String said() {
    return out() + "\n" + err();
  }

  /** The base port, which is that of tcp. */
  public int port() {
    return port;
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
