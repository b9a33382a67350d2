// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Three nodes of a shard: a, b and c. */
final class GroupFile {

  static final List<String> NAMES = List.of("a", "b", "c");

  private static final int PORTS = 5_000;

  /**
   * Below those that the kernel gives away, and those of Raft too. Each of the two processes that
   * run tests side by side has its own: a member that was ended comes back to its port.
   */
  private static final int FIRST_PORT =
      12_000 + PORTS * (Integer.getInteger("wisp.test.process", 1) - 1);

  private final List<InetSocketAddress> addresses;

  /** Of nodes at free ports of this machine. */
  GroupFile() {
    this(
        freePorts(NAMES.size()).stream()
            .map(port -> new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))
            .toList());
  }

  /** Of nodes with addresses of their own. */
  GroupFile(List<InetSocketAddress> addresses) {
    this.addresses = addresses;
  }

  /** Ports that nodes can have, for clients and for Raft. */
  static List<Integer> freePorts(int count) {
    Random random = new Random();
    List<Integer> found = new ArrayList<>();
    while (found.size() < count) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      if (!found.contains(port) && isFree(port) && isFree(port + Group.PORT_OFFSET)) {
        found.add(port);
      }
    }
    return found;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  int port(int index) {
    return addresses.get(index).getPort();
  }

  /** Where clients reach them. */
  List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** One of the nodes, as a server in this process goes by it. */
  ClusterMember member(int index) {
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      List<SlotRange> slots = SlotRange.parseAll(i == 0 ? "0-16383" : "");
      String host = addresses.get(i).getHostString();
      nodes.add(new ClusterNode(NAMES.get(i), host, port(i), slots, "a"));
    }
    return new ClusterMember(NAMES.get(index), new ClusterMap(1, nodes));
  }

  /** Writes the file for --cluster. */
  Path write(Path folder) throws IOException {
    String text =
        """
        {"nodes": [{%s, "slots": "0-16383", "replicas": [
          {%s},
          {%s}]}]}
        """
            .formatted(entry(0), entry(1), entry(2));
    return Files.writeString(folder.resolve("cluster.json"), text);
  }

  private String entry(int index) {
    return "\"name\": \"%s\", \"host\": \"%s\", \"port\": %s"
        .formatted(NAMES.get(index), addresses.get(index).getHostString(), port(index));
  }
}
