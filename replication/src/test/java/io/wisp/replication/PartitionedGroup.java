// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What {@link PartitionedGroupTest} runs within {@code scripts/namespaces.sh}: members on nodes of
 * their own, clients on the router, and a network that fails between the members.
 */
final class PartitionedGroup implements AutoCloseable {

  /** What becomes of the network. Clients reach all nodes all the time. */
  enum Fault {
    /** The leader hears no follower, and they do not hear it. */
    LEADER_CUT_OFF,
    /** The leader sends, and hears no follower. */
    LEADER_DEAF,
    /** The leader hears the followers, and they do not hear it. */
    LEADER_MUTE,
    FOLLOWER_CUT_OFF,
    /** The leader and a follower do not hear each other; the third hears both, and they it. */
    LEADER_AND_A_FOLLOWER_APART,
    ALL_APART,
    PACKETS_LOST,
    PACKETS_LATE
  }

  /** The exit code where the network cannot be had here, as the script has it. */
  static final int NO_NETWORK = 125;

  private static final int FAULT_MILLIS = 4_000;
  private static final int LOST_PERCENT = 20;
  private static final int LATE_MILLIS = 100;
  private static final int LATER_MILLIS = 80;
  private static final int ANSWER_MILLIS = 300;
  private static final int LEAST_ASKED = 4;
  private static final int READ_MILLIS = 30_000;
  private static final int MOST_REIGNS = 40;

  private final Random random = GroupRounds.newRandom();
  private final GroupRounds rounds = new GroupRounds(random);
  private final NodeNetwork network = new NodeNetwork();
  private final RunningGroup group;

  private PartitionedGroup(Path folder) throws Exception {
    group = new RunningGroup(new GroupFile(network.addresses()), folder, network::on);
  }

  /**
   * Plays rounds.
   *
   * @param arguments a folder, how many times, and the faults of a time
   */
  public static void main(String... arguments) throws Exception {
    int times = Integer.parseInt(arguments[1]);
    List<Fault> faults = Stream.of(arguments).skip(2).map(Fault::valueOf).toList();
    requireKernelFor(faults);
    try (PartitionedGroup group = new PartitionedGroup(Path.of(arguments[0]))) {
      int round = 0;
      for (int i = 0; i < times; i++) {
        for (Fault fault : faults) {
          group.play(fault, round++);
        }
      }
      group.requireAgreement(round);
    }
  }

  /** Ends this process where the kernel has not what loses packets or delays them. */
  private static void requireKernelFor(List<Fault> faults) throws IOException {
    NodeNetwork network = new NodeNetwork();
    try {
      if (faults.contains(Fault.PACKETS_LOST)) {
        network.lose(LOST_PERCENT);
        network.heal();
      }
      if (faults.contains(Fault.PACKETS_LATE)) {
        network.delay(LATE_MILLIS, LATER_MILLIS);
        network.heal();
      }
    } catch (IOException e) {
      System.out.println("this kernel cannot do it: " + e.getMessage());
      System.exit(NO_NETWORK);
    }
  }

  private void play(Fault fault, int round) throws Exception {
    rounds.play(
        group,
        fault.name(),
        round,
        leader -> {
          try {
            cause(fault, leader);
            if (fault == Fault.LEADER_CUT_OFF) {
              requireSilence(leader);
            } else {
              TimeUnit.MILLISECONDS.sleep(FAULT_MILLIS + random.nextInt(1_000));
            }
          } finally {
            network.heal();
          }
        });
  }

  private void cause(Fault fault, int leader) throws Exception {
    int one = (leader + 1 + random.nextInt(2)) % GroupFile.NAMES.size();
    int other = GroupFile.NAMES.size() - leader - one;
    switch (fault) {
      case LEADER_CUT_OFF -> network.cutOff(leader);
      case LEADER_DEAF -> {
        network.silence(one, leader);
        network.silence(other, leader);
      }
      case LEADER_MUTE -> {
        network.silence(leader, one);
        network.silence(leader, other);
      }
      case FOLLOWER_CUT_OFF -> network.cutOff(one);
      case LEADER_AND_A_FOLLOWER_APART -> network.separate(leader, one);
      case ALL_APART -> {
        network.cutOff(leader);
        network.separate(one, other);
      }
      case PACKETS_LOST -> network.lose(LOST_PERCENT);
      case PACKETS_LATE -> network.delay(LATE_MILLIS, LATER_MILLIS);
    }
  }

  /** Once another one leads, a leader that was cut off neither reads nor writes. */
  private void requireSilence(int old) throws Exception {
    long began = System.nanoTime();
    group.awaitLeaderBut(old);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    long end = began + TimeUnit.MILLISECONDS.toNanos(FAULT_MILLIS);
    int asked = 0;
    int unanswered = 0;
    // An election may have taken all of the time, where the machine is busy.
    for (; asked < LEAST_ASKED || System.nanoTime() - end < 0; asked++) {
      String now = "now" + asked;
      askOthers(old, "SET", "witness", now);
      String[] request =
          asked % 2 == 0
              ? new String[] {"GET", "witness"}
              : new String[] {"SET", "witness", "stale"};
      try {
        assertThat(group.call(old, ANSWER_MILLIS, request)).startsWith("-");
      } catch (SocketTimeoutException e) {
        unanswered++;
      }
      assertThat(askOthers(old, "GET", "witness")).isEqualTo(now);
    }
    System.out.println(
        "another led after %s ms; the old one refused %s requests, and left %s without an answer"
            .formatted(millis, asked - unanswered, unanswered));
  }

  /** What the leader among the others answers; a machine that is busy may have them choose anew. */
  private String askOthers(int old, String... words) throws Exception {
    for (int tries = 0; tries < MOST_REIGNS; tries++) {
      String reply = group.call(group.awaitLeaderBut(old), READ_MILLIS, words);
      if (!reply.startsWith("-")) {
        return reply;
      }
    }
    throw new AssertionError("nobody answers " + String.join(" ", words));
  }

  /** Each member leads once, and what it then reads from its own store is what the others read. */
  private void requireAgreement(int rounds) throws Exception {
    Map<Integer, List<String>> contents = new TreeMap<>();
    for (int reigns = 1; contents.size() < GroupFile.NAMES.size(); reigns++) {
      assertThat(reigns).as("only %s have led", contents.keySet()).isLessThan(MOST_REIGNS);
      int leader = group.awaitLeader();
      List<String> values = contents(leader, rounds);
      if (values.stream().noneMatch(value -> value.startsWith("-"))) {
        contents.put(leader, values);
      }
      network.cutOff(leader);
      group.awaitLeaderBut(leader);
      network.heal();
    }
    List<String> first = contents.values().iterator().next();
    assertThat(contents.values()).allSatisfy(each -> assertThat(each).isEqualTo(first));
    System.out.println("all three members agree on %s keys".formatted(first.size()));
  }

  private List<String> contents(int leader, int rounds) throws IOException {
    List<String> values = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (String key : GroupRounds.keys(round)) {
        values.add(group.call(leader, READ_MILLIS, "GET", key));
      }
    }
    return values;
  }

  @Override
  public void close() {
    group.close();
  }
}
