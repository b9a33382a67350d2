// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.KeySlot;
import io.wisp.store.Slice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Two shards that log their writes, each server a process of its own: that of the first node, which
 * may have replicas, has the lower half of the slots, and the last node alone the upper half.
 */
final class RunningShards implements RunningNodes {

  /** How many slots the first shard has by the file. */
  static final int HALF = KeySlot.COUNT / 2;

  private static final int PATIENT_MILLIS = 30_000;

  private final Path folder;
  private final Path cluster;
  private final List<String> names;
  private final List<Integer> ports;
  private final List<LoggedServer> servers = new ArrayList<>();

  /** Starts them: the last of the names is the second shard. */
  RunningShards(Path folder, String... names) throws Exception {
    this.folder = folder;
    this.names = List.of(names);
    ports = GroupFile.freePorts(names.length);
    cluster = Files.writeString(folder.resolve("cluster.json"), file());
    try {
      for (int i = 0; i < names.length; i++) {
        servers.add(launch(i, true));
      }
      for (LoggedServer server : servers) {
        server.awaitReady();
      }
    } catch (Throwable failed) {
      close();
      throw failed;
    }
  }

  private String file() {
    List<String> replicas = new ArrayList<>();
    for (int i = 1; i < names.size() - 1; i++) {
      replicas.add("{" + entry(i) + "}");
    }
    String others = replicas.isEmpty() ? "" : ", \"replicas\": " + replicas;
    return "{\"nodes\": [{%s, \"slots\": \"0-%s\"%s}, {%s, \"slots\": \"%s-%s\"}]}"
        .formatted(entry(0), HALF - 1, others, entry(names.size() - 1), HALF, KeySlot.COUNT - 1);
  }

  private String entry(int index) {
    return "\"name\": \"%s\", \"host\": \"127.0.0.1\", \"port\": %s"
        .formatted(names.get(index), ports.get(index));
  }

  private LoggedServer launch(int index, boolean isNew) throws IOException {
    List<String> options = new ArrayList<>(List.of("--memory", "64m"));
    options.addAll(List.of("--cluster", cluster.toString(), "--cluster-node", names.get(index)));
    if (isNew && hasReplicas(index)) {
      options.add("--new-member");
    }
    return LoggedServer.launch(
        folder.resolve(names.get(index)), List.of(), options.toArray(String[]::new));
  }

  private boolean hasReplicas(int index) {
    return names.size() > 2 && index < names.size() - 1;
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return ports.stream()
        .map(port -> new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))
        .toList();
  }

  int port(int index) {
    return ports.get(index);
  }

  LoggedServer server(int index) {
    return servers.get(index);
  }

  /** Starts those that have ended. */
  void restart() throws Exception {
    for (int i = 0; i < servers.size(); i++) {
      if (!servers.get(i).isAlive()) {
        servers.set(i, launch(i, false));
      }
    }
    for (LoggedServer server : servers) {
      server.awaitReady();
    }
  }

  /** Which node of the first shard carries out its commands. */
  int masterOfFirst() throws InterruptedException {
    for (int tries = 0; tries < 3_000; tries++) {
      for (int i = 0; i < names.size() - 1; i++) {
        if (isMaster(i)) {
          return i;
        }
      }
      Thread.sleep(20);
    }
    throw new AssertionError("nobody leads: " + said());
  }

  private boolean isMaster(int index) {
    try (Wire wire = new Wire(ports.get(index), PATIENT_MILLIS)) {
      return !wire.call("MOVESLOTS", "STATE").startsWith("-");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public int awaitLeader() throws InterruptedException {
    try (GroupParty probe = new GroupParty("probe", addresses(), PATIENT_MILLIS)) {
      for (String key : List.of(keyBelow(true), keyBelow(false))) {
        awaitAnswer(probe, key);
      }
    }
    return masterOfFirst();
  }

  private static void awaitAnswer(GroupParty probe, String key) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        var _ = probe.answerTo("EXISTS", key);
        return;
      } catch (IOException e) {
        if (tries == 100) {
          throw new AssertionError("nobody serves " + key, e);
        }
        Thread.sleep(100);
      }
    }
  }

  private static String keyBelow(boolean isLower) {
    int i = 0;
    while (KeySlot.of(Slice.of("probe" + i)) < HALF != isLower) {
      i++;
    }
    return "probe" + i;
  }

  @Override
  public String said() {
    return servers.stream().map(LoggedServer::said).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    servers.forEach(LoggedServer::close);
  }
}
