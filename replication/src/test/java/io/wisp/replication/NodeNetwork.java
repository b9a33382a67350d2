// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The network of three nodes that {@code scripts/namespaces.sh} makes, seen from the router that
 * joins them: what they send to each other can get lost there, and what clients send from here does
 * not.
 */
final class NodeNetwork {

  private static final int PORT = 3994;

  /** Of a random number of 32 bits. */
  private static final long RANDOM_NUMBERS = 1L << 32;

  /** How to end what was done, the last first. */
  private final Deque<String> ends = new ArrayDeque<>();

  /** Where clients reach the nodes. */
  List<InetSocketAddress> addresses() {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < GroupFile.NAMES.size(); i++) {
      addresses.add(new InetSocketAddress(InetAddress.ofLiteral(host(i)), PORT));
    }
    return addresses;
  }

  private static String host(int node) {
    return "10.0." + (node + 1) + ".2";
  }

  /** The router's end of a node's cable. */
  private static String cable(int node) {
    return "node-" + GroupFile.NAMES.get(node);
  }

  /** A command that starts another one on a node, given its words as further arguments. */
  List<String> on(int node) {
    return List.of("ip", "netns", "exec", GroupFile.NAMES.get(node));
  }

  /** From now on nothing that one sends arrives at the other. Nobody is told. */
  void silence(int from, int to) throws IOException {
    String rule = "iif " + cable(from) + " to " + host(to) + " blackhole";
    run("ip rule add " + rule);
    ends.push("ip rule del " + rule);
  }

  /** From now on neither hears the other. */
  void separate(int one, int other) throws IOException {
    silence(one, other);
    silence(other, one);
  }

  /** From now on it hears none of the others, and they do not hear it. */
  void cutOff(int node) throws IOException {
    for (int i = 0; i < GroupFile.NAMES.size(); i++) {
      if (i != node) {
        separate(node, i);
      }
    }
  }

  /**
   * Loses packets to each node at random, those of clients too. A filter does it, so that it takes
   * no netem. Its program takes a random number (ld rand); if that is below the limit it says
   * TC_ACT_SHOT (2), or else TC_ACT_UNSPEC.
   */
  void lose(int percent) throws IOException {
    long limit = RANDOM_NUMBERS * percent / 100;
    String program = "4,32 0 0 4294963256,53 1 0 " + limit + ",6 0 0 2,6 0 0 4294967295";
    for (int i = 0; i < GroupFile.NAMES.size(); i++) {
      run("tc qdisc add dev " + cable(i) + " clsact");
      ends.push("tc qdisc del dev " + cable(i) + " clsact");
      run("tc filter add dev " + cable(i) + " egress bpf direct-action bytecode", program);
    }
  }

  /** Each packet to each node takes so long, and some overtake others. */
  void delay(int millis, int more) throws IOException {
    for (int i = 0; i < GroupFile.NAMES.size(); i++) {
      String place = "dev " + cable(i) + " root";
      run("tc qdisc add " + place + " netem delay " + millis + "ms " + more + "ms");
      ends.push("tc qdisc del " + place);
    }
  }

  /** All is as it was. */
  void heal() throws IOException {
    while (!ends.isEmpty()) {
      run(ends.pop());
    }
  }

  /**
   * Runs a command.
   *
   * @param last a word with spaces
   */
  private static void run(String command, String... last) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    words.addAll(List.of(last));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(command + ": " + output.strip());
    }
  }
}
