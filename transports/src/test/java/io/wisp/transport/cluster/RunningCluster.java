// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Nodes n0, n1 and so on of a cluster at free ports of this machine, each with a store. */
public final class RunningCluster implements AutoCloseable {

  private static final Random RANDOM = new Random();

  /** More than any transport is above its server's port. */
  private static final int PORTS_OF_SERVER = 10;

  private final Transport transport;
  private final List<Node> nodes = new ArrayList<>();
  private ClusterMap map;

  private static final class Node {
    private ClusterMember member;
    private final Store store;
    private Server server;

    Node(ClusterMember member, Store store, Server server) {
      this.member = member;
      this.store = store;
      this.server = server;
    }
  }

  /** How many requests the nodes have served by tcp that a client of theirs can reach. */
  static long requests(Client client) {
    return client
        .information()
        .lines()
        .filter(line -> line.startsWith("total_commands_processed:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .sum();
  }

  /** Starts a node for each list of slots. */
  public RunningCluster(String transport, String... slots) throws IOException {
    this(transport, 1, slots);
  }

  private RunningCluster(String transport, int nodesOfShard, String... slots) throws IOException {
    this.transport = Transports.named(transport);
    assumeTrue(
        this.transport.unavailable().isEmpty(), () -> "this machine cannot run " + transport);
    List<ClusterNode> all = new ArrayList<>();
    List<Integer> ports = freePorts(slots.length * nodesOfShard);
    for (int i = 0; i < ports.size(); i++) {
      int first = i - i % nodesOfShard;
      List<SlotRange> own = SlotRange.parseAll(i == first ? slots[i / nodesOfShard] : "");
      all.add(new ClusterNode("n" + i, "127.0.0.1", ports.get(i), own, "n" + first));
    }
    map = new ClusterMap(1, all);
    for (int i = 0; i < all.size(); i++) {
      ClusterMember member = new ClusterMember("n" + i, map);
      Store store = StoreServer.open(64 << 20, false, transport.equals("shm"));
      nodes.add(new Node(member, store, serve(member, store)));
    }
  }

  /**
   * Starts two nodes for each list of slots, n0 and n1 of the shard n0, n2 and n3 of n2, and so on.
   * They share no log: their members are told who is the master.
   */
  static RunningCluster withReplicas(String... slots) throws IOException {
    return withReplicas(2, slots);
  }

  /** Likewise, but so many nodes for each list. */
  static RunningCluster withReplicas(int nodesOfShard, String... slots) throws IOException {
    return new RunningCluster("tcp", nodesOfShard, slots);
  }

  private static ClusterNode node(int index, int port, String slots) {
    return new ClusterNode("n" + index, "127.0.0.1", port, SlotRange.parseAll(slots));
  }

  /** Below the ports that the system gives by itself, so that nobody takes it meanwhile. */
  private static int freePort() {
    while (true) {
      int port = 15_000 + PORTS_OF_SERVER * RANDOM.nextInt(1_500);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // Another one.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** So many of them, none twice. */
  public static List<Integer> freePorts(int count) {
    Set<Integer> ports = new LinkedHashSet<>();
    while (ports.size() < count) {
      ports.add(freePort());
    }
    return List.copyOf(ports);
  }

  private Server serve(ClusterMember member, Store store) {
    Endpoint base = new Endpoint("127.0.0.1", member.node().port());
    return transport.serve(store, ServerOptions.at(transport.endpoint(base)).withMember(member));
  }

  public ClusterMap map() {
    return map;
  }

  /** Where a node is, by the port that clients name. */
  public Endpoint server(int index) {
    return new Endpoint("127.0.0.1", map.nodes().get(index).port());
  }

  /** A node, as its server goes by it. */
  ClusterMember member(int index) {
    return nodes.get(index).member;
  }

  public Store store(int index) {
    return nodes.get(index).store;
  }

  static ClientOptions options() {
    return ClientOptions.defaults().withTimeout(Duration.ofSeconds(20));
  }

  ClusterClient connect() {
    return connect(options());
  }

  ClusterClient connect(ClientOptions options) {
    return ClusterClient.connect(transport, server(0), options);
  }

  /** A client of one node alone. */
  Client connectTo(int index) {
    return transport.connect(transport.endpoint(server(index)), options());
  }

  Transport transport() {
    return transport;
  }

  /** Has all nodes follow a later map, in which each has these slots. */
  void share(String... slots) {
    follow(new ClusterMap(map.epoch() + 1, nodesWith(slots)));
  }

  /** Has one node follow a map that is so much later than that of all, in which each has these. */
  void tell(int node, int later, String... slots) {
    nodes.get(node).member.replace(new ClusterMap(map.epoch() + later, nodesWith(slots)));
  }

  private List<ClusterNode> nodesWith(String... slots) {
    List<ClusterNode> all = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      all.add(node(i, map.nodes().get(i).port(), slots[i]));
    }
    return all;
  }

  /** Has all nodes follow a later map. */
  void follow(ClusterMap later) {
    map = later;
    nodes.forEach(node -> node.member.replace(map));
  }

  /** Ends all servers and starts them by a map of the same epoch, in which each has these slots. */
  void restartAll(String... slots) {
    nodes.forEach(node -> node.server.close());
    map = new ClusterMap(map.epoch(), nodesWith(slots));
    for (int i = 0; i < slots.length; i++) {
      nodes.get(i).member = new ClusterMember("n" + i, map);
      restart(i);
    }
  }

  /** Ends the server of a node, whose store stays. */
  public void stop(int index) {
    nodes.get(index).server.close();
  }

  /** Starts it again. */
  public void restart(int index) {
    Node node = nodes.get(index);
    node.server = serve(node.member, node.store);
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.server.close());
    nodes.forEach(node -> node.store.close());
  }
}
