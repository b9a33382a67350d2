// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cli.Main;
import io.wisp.process.JavaCommand;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Three servers that share a log, each a process of its own. */
final class RunningGroup implements RunningNodes {

  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(180);
  private static final int PROBE_MILLIS = 1_000;
  private static final int PATIENT_MILLIS = 30_000;

  private final GroupFile file;
  private final Path folder;
  private final Path cluster;
  private final IntFunction<List<String>> before;
  private final List<LoggedServer> servers = new ArrayList<>();

  /**
   * Starts them on this machine.
   *
   * @param before a command that starts each, given its words as further arguments
   */
  RunningGroup(Path folder, String... before) throws Exception {
    this(new GroupFile(), folder, _ -> List.of(before));
  }

  /**
   * Starts them.
   *
   * @param before for each by its place a command that starts it, given its words as further
   *     arguments
   */
  RunningGroup(GroupFile file, Path folder, IntFunction<List<String>> before) throws Exception {
    this.file = file;
    this.folder = folder;
    this.before = before;
    cluster = file.write(folder);
    try {
      for (int i = 0; i < GroupFile.NAMES.size(); i++) {
        servers.add(launch(i, "--new-member"));
      }
      for (LoggedServer server : servers) {
        server.awaitReady();
      }
    } catch (Throwable failed) {
      close();
      throw failed;
    }
  }

  private LoggedServer launch(int index, String... more) throws IOException {
    String name = GroupFile.NAMES.get(index);
    List<String> options = new ArrayList<>(List.of("--memory", "64m"));
    options.addAll(List.of("--cluster", cluster.toString(), "--cluster-node", name));
    options.addAll(List.of(more));
    return LoggedServer.launch(
        folder.resolve(name), before.apply(index), options.toArray(String[]::new));
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return file.addresses();
  }

  LoggedServer server(int index) {
    return servers.get(index);
  }

  /**
   * Starts one that has ended and lost its folder, as one that is to be added.
   *
   * @param group that it comes to
   */
  void startAnew(int index, String group) throws Exception {
    try (Stream<Path> files = Files.walk(folder.resolve(GroupFile.NAMES.get(index)))) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
    servers.set(index, launch(index, "--join", group));
    servers.get(index).awaitReady();
  }

  /** Which group the members say that they are of. */
  String group() throws Exception {
    return call(awaitLeader(), PATIENT_MILLIS, "CLUSTER", "MEMBERS")
        .lines()
        .filter(line -> line.startsWith("group:"))
        .findFirst()
        .orElseThrow()
        .substring("group:".length());
  }

  /** Begins what {@code wisp cluster} does. */
  Process cluster(String... words) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("cluster"));
    arguments.addAll(List.of(words));
    List<String> command =
        JavaCommand.of(
            Main.class.getName(),
            System.getProperty("java.class.path"),
            List.of(LoggedServer.COMPILERS),
            arguments);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Where clients reach one, as the command wants it. */
  String address(int index) {
    InetSocketAddress address = file.addresses().get(index);
    return address.getHostString() + ":" + address.getPort();
  }

  /** Starts those that have ended. */
  void restart() throws Exception {
    for (int i = 0; i < servers.size(); i++) {
      if (!servers.get(i).isAlive()) {
        servers.set(i, launch(i));
      }
    }
    for (LoggedServer server : servers) {
      server.awaitReady();
    }
  }

  @Override
  public int awaitLeader() throws InterruptedException {
    return awaitLeaderBut(-1);
  }

  /** Which one serves, beside one that is not asked. */
  int awaitLeaderBut(int other) throws InterruptedException {
    long end = System.nanoTime() + BOUND_NANOS;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < servers.size(); i++) {
        if (i != other && servers.get(i).isAlive() && serves(i)) {
          return i;
        }
      }
      Thread.sleep(20);
    }
    throw new AssertionError("nobody leads: " + said());
  }

  private boolean serves(int index) {
    try {
      return call(index, PROBE_MILLIS, "SET", "probe", "1").equals("OK");
    } catch (IOException e) {
      return false;
    }
  }

  /** What one of them says to a request. */
  String call(int index, int millis, String... words) throws IOException {
    try (Wire wire = new Wire(file.addresses().get(index), millis)) {
      return wire.call(words);
    }
  }

  @Override
  public String said() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < servers.size(); i++) {
      all.append(GroupFile.NAMES.get(i)).append(":\n").append(servers.get(i).said()).append('\n');
    }
    return all.toString();
  }

  @Override
  public void close() {
    servers.forEach(LoggedServer::close);
  }
}
