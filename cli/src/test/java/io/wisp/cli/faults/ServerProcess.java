// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import io.wisp.cli.Main;
import io.wisp.process.JavaCommand;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
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
public final class ServerProcess extends RunningProcess {

  /** Below those that Linux gives to outgoing connections, which would take them now and then. */
  private static final int LOWEST_PORT = 10_000;

  private static final int HIGHEST_PORT = 32_000;

  /** Of all transports, from the base port on. */
  private static final int PORTS_OF_A_SERVER = 4;

  private final int port;

  private ServerProcess(Process process, int port) {
    super(process);
    this.port = port;
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
  public static int freePorts() {
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

  /** The base port, which is that of tcp. */
  public int port() {
    return port;
  }
}
