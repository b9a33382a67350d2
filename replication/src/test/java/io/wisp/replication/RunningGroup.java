// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Three servers that share a log, each a process of its own. */
final class RunningGroup implements AutoCloseable {

  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int PROBE_MILLIS = 1_000;

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

  List<InetSocketAddress> addresses() {
    return file.addresses();
  }

  LoggedServer server(int index) {
    return servers.get(index);
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

  /** Which one serves. */
  int awaitLeader() throws InterruptedException {
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

  String said() {
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
