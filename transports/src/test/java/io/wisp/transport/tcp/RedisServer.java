// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.testing.Eventually;
import java.io.File;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A real redis-server of this machine, which listens on a socket in a folder and nowhere else. */
final class RedisServer implements AutoCloseable {

  private final Path socket;
  private final Process process;

  private RedisServer(Path socket, Process process) {
    this.socket = socket;
    this.process = process;
  }

  /**
   * Starts one, or returns null if this machine has none. Debian has its program twice: as
   * redis-server, and in redis-tools under a name for checking files; the name that it is started
   * by decides what it does. So the tools are enough, and no server of the system is installed.
   */
  static @Nullable RedisServer start(Path folder) throws IOException, InterruptedException {
    return start(folder, "--port", "0");
  }

  /** Starts one that listens at a port of this machine as well. */
  static @Nullable RedisServer startAt(Path folder, int port)
      throws IOException, InterruptedException {
    return start(folder, "--bind", "127.0.0.1", "--port", Integer.toString(port));
  }

  /**
   * Starts one as the node of a cluster that has a name, whose other nodes need not be there, and
   * waits until it serves.
   */
  static @Nullable RedisServer startAsNode(Path folder, String name, ClusterMap map)
      throws IOException, InterruptedException {
    StringBuilder nodes = new StringBuilder();
    int port = 0;
    for (ClusterNode node : map.nodes()) {
      boolean isMyself = node.name().equals(name);
      port = isMyself ? node.port() : port;
      nodes
          .append(node.id())
          .append(' ')
          .append(node.address())
          .append('@')
          .append(node.port() + 1);
      nodes.append(isMyself ? " myself,master" : " master");
      nodes.append(" - 0 0 ").append(map.indexOf(node.name()) + 1).append(" connected");
      node.slots().forEach(range -> nodes.append(' ').append(range));
      nodes.append('\n');
    }
    nodes.append("vars currentEpoch ").append(map.nodes().size()).append(" lastVoteEpoch 0\n");
    Files.writeString(folder.resolve("nodes.conf"), nodes);
    RedisServer server =
        start(
            folder,
            ("--cluster-enabled yes --cluster-config-file nodes.conf --bind 127.0.0.1"
                    + " --cluster-require-full-coverage no --cluster-node-timeout 3600000"
                    + (" --port " + port + " --cluster-port " + (port + 1)))
                .split(" "));
    if (server != null) {
      try (RespPeer peer = new RespPeer(server.address())) {
        Eventually.await(() -> peer.call("CLUSTER", "INFO").text().contains("cluster_state:ok"));
      }
    }
    return server;
  }

  private static @Nullable RedisServer start(Path folder, String... options)
      throws IOException, InterruptedException {
    Path program = find("redis-server");
    if (program == null) {
      Path sameProgram = find("redis-check-rdb");
      if (sameProgram == null) {
        return null;
      }
      program = Files.createSymbolicLink(folder.resolve("redis-server"), sameProgram);
    }
    Path socket = folder.resolve("socket");
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("--unixsocket", socket.toString(), "--save", "", "--maxmemory", "64mb"));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    RedisServer server = new RedisServer(socket, process);
    while (!isListening(socket)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        throw new IOException(Files.readString(folder.resolve("log")));
      }
    }
    return server;
  }

  /** The file is there a moment before. */
  private static boolean isListening(Path socket) {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Path find(String program) {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(String.valueOf(System.getenv("PATH")))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  SocketAddress address() {
    return UnixDomainSocketAddress.of(socket);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
