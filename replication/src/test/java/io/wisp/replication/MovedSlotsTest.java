// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cli.Main;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.process.JavaCommand;
import io.wisp.store.Slice;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.SlotMover;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Slots go from one shard to another and back while clients are at work, and processes are killed
 * meanwhile: what the clients saw is judged call by call, and of other keys none is lost and none
 * is there twice.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MovedSlotsTest {

  /** What happens while slots move. */
  enum Fault {
    NOTHING,
    SOURCE_KILLED,
    TARGET_KILLED,
    BOTH_KILLED,
    MOVER_KILLED
  }

  private static final List<SlotRange> LOWER = SlotRange.parseAll("0-" + (RunningShards.HALF - 1));

  /** A shard with replicas keeps a slot at least. */
  private static final List<SlotRange> MOST_OF_LOWER =
      SlotRange.parseAll("1-" + (RunningShards.HALF - 1));

  /** So that a move takes a while: tags, each of a slot of its own, and keys of each. */
  private static final int TAGS = 300;

  private static final int KEYS_OF_TAG = 100;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int PATIENT_MILLIS = 30_000;
  private static final int FIRST_FAULT_MILLIS = 1_000;

  /** So that one fault at least comes while slots move. */
  private static final int MOST_ROUNDS = 12;

  private final Random random = GroupRounds.newRandom();
  private final GroupRounds rounds = new GroupRounds(random);

  /** Faults that came while slots moved. */
  private int hits;

  /** When the next one comes at the latest: earlier, when one came too late. */
  private int latestFaultMillis = FIRST_FAULT_MILLIS;

  @TempDir private Path folder;

  /** The slots go forth with one fault, and back with the next. */
  @Test
  void shouldLoseAndDoubleNothingWhateverHappens() throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b")) {
      fill(shards);
      int round = 0;
      for (Fault fault : Fault.values()) {
        hits = 0;
        latestFaultMillis = FIRST_FAULT_MILLIS;
        int end = round + MOST_ROUNDS;
        do {
          playForthOrBack(shards, fault, round++);
        } while (fault != Fault.NOTHING && hits == 0 && round < end);
        assertThat(hits > 0)
            .as("%s came while slots moved", fault)
            .isEqualTo(fault != Fault.NOTHING);
      }
      requireAll(shards);
    }
  }

  @Test
  void shouldLoseAndDoubleNothingOfAGroup() throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b", "c", "d")) {
      var _ = shards.awaitLeader();
      fill(shards);
      int round = 0;
      do {
        play(shards, MOST_OF_LOWER, Fault.SOURCE_KILLED, round, "a", "d");
        play(shards, MOST_OF_LOWER, Fault.TARGET_KILLED, round + 1, "d", "a");
        round += 2;
      } while (hits == 0 && round < MOST_ROUNDS);
      assertThat(hits).isPositive();
      assertRefused(shards, SlotRange.textOf(LOWER), "a", "d", "keeps a slot at least");
      requireAll(shards);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void shouldLoseAndDoubleNothingAgainAndAgain(Fault fault) throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b")) {
      fill(shards);
      for (int round = 0; round < 20; round++) {
        playForthOrBack(shards, fault, round);
      }
      requireAll(shards);
    }
  }

  @Test
  void shouldKnowWhatHasMovedAfterARestart() throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b")) {
      fill(shards);
      assertThat(mover(shards).move(LOWER, "a", "b").records()).isPositive();
      shards.server(0).kill();
      shards.server(1).kill();
      shards.restart();
      requireAll(shards);
      try (Wire wire = new Wire(shards.port(0), PATIENT_MILLIS)) {
        int tag = 0;
        while (KeySlot.of(Slice.of(keysOf(tag).getFirst())) >= RunningShards.HALF) {
          tag++;
        }
        String key = keysOf(tag).getFirst();
        String moved = "-MOVED " + KeySlot.of(Slice.of(key)) + " 127.0.0.1:" + shards.port(1);
        assertThat(wire.call("GET", key)).isEqualTo(moved);
        assertThat(wire.call("DBSIZE")).isEqualTo("0");
      }
      assertThat(mover(shards).move(LOWER, "a", "b").records()).isZero();
    }
  }

  private void playForthOrBack(RunningShards shards, Fault fault, int round) throws Exception {
    boolean isForth = round % 2 == 0;
    play(shards, LOWER, fault, round, isForth ? "a" : "b", isForth ? "b" : "a");
  }

  private void play(
      RunningShards shards, List<SlotRange> slots, Fault fault, int round, String from, String to)
      throws Exception {
    rounds.play(
        shards,
        fault + " from " + from + " to " + to,
        round,
        master -> {
          int first = from.equals("a") ? master : shards.addresses().size() - 1;
          int second = from.equals("a") ? shards.addresses().size() - 1 : master;
          moveBeside(shards, slots, fault, from, to, first, second);
        });
  }

  private void moveBeside(
      RunningShards shards,
      List<SlotRange> slots,
      Fault fault,
      String from,
      String to,
      int source,
      int target)
      throws Exception {
    if (fault == Fault.MOVER_KILLED) {
      killMover(shards, slots, from, to, target);
      var _ = mover(shards).move(slots, from, to);
    } else {
      try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
        Future<SlotMover.Report> move = thread.submit(() -> mover(shards).move(slots, from, to));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(latestFaultMillis));
        boolean isUnderWay = fault != Fault.NOTHING && !move.isDone();
        if (fault == Fault.SOURCE_KILLED || fault == Fault.BOTH_KILLED) {
          shards.server(source).kill();
        }
        if (fault == Fault.TARGET_KILLED || fault == Fault.BOTH_KILLED) {
          shards.server(target).kill();
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
        shards.restart();
        count(isUnderWay);
        System.out.println(
            "%s, while slots %s: %s"
                .formatted(fault, isUnderWay ? "moved" : "stayed", await(move)));
      }
    }
    // Of what has moved nothing is left to do.
    assertThat(mover(shards).move(slots, from, to).records()).isZero();
  }

  private void count(boolean isUnderWay) {
    hits += isUnderWay ? 1 : 0;
    latestFaultMillis = Math.max(20, isUnderWay ? latestFaultMillis : latestFaultMillis / 2);
  }

  /** The command in a process of its own, which begins while this waits, and ends at any moment. */
  private void killMover(
      RunningShards shards, List<SlotRange> slots, String from, String to, int target)
      throws Exception {
    String node = "127.0.0.1:" + shards.port(0);
    List<String> words = List.of("cluster", "move", node, SlotRange.textOf(slots), from, to);
    List<String> command =
        JavaCommand.of(
            Main.class.getName(),
            System.getProperty("java.class.path"),
            List.of(LoggedServer.COMPILERS),
            words);
    Process mover = new ProcessBuilder(command).redirectErrorStream(true).start();
    while (mover.isAlive() && !state(shards, target).contains("importing ")) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(latestFaultMillis));
    mover.destroyForcibly();
    mover.onExit().join();
    boolean isUnderWay = state(shards, target).contains("importing ");
    count(isUnderWay);
    System.out.println(
        "%s, while slots %s".formatted(Fault.MOVER_KILLED, isUnderWay ? "moved" : "stayed"));
  }

  private static String state(RunningShards shards, int index) throws IOException {
    try (Wire wire = new Wire(shards.port(index), PATIENT_MILLIS)) {
      return wire.call("MOVESLOTS", "STATE");
    }
  }

  private static SlotMover.Report await(Future<SlotMover.Report> move) throws Exception {
    try {
      return move.get();
    } catch (ExecutionException e) {
      throw new AssertionError("the slots were not moved", e.getCause());
    }
  }

  private static SlotMover mover(RunningShards shards) {
    Endpoint server = new Endpoint("127.0.0.1", shards.port(shards.addresses().size() - 1));
    return new SlotMover(server, null, TIMEOUT, PATIENCE);
  }

  private static void fill(RunningShards shards) throws Exception {
    try (GroupParty party = new GroupParty("filler", shards.addresses(), PATIENT_MILLIS)) {
      for (int tag = 0; tag < TAGS; tag++) {
        List<String> words = new ArrayList<>(List.of("MSET"));
        for (String key : keysOf(tag)) {
          words.add(key);
          words.add("value of " + key);
        }
        assertThat(party.answerTo(words.toArray(String[]::new))).isEqualTo("OK");
      }
    }
  }

  private static List<String> keysOf(int tag) {
    String[] keys = new String[KEYS_OF_TAG];
    Arrays.setAll(keys, i -> "{tag " + tag + "} " + i);
    return List.of(keys);
  }

  /** Each key that nobody wrote meanwhile is there, and all keys of all nodes are those alone. */
  private static void requireAll(RunningShards shards) throws Exception {
    try (GroupParty party = new GroupParty("reader", shards.addresses(), PATIENT_MILLIS)) {
      for (int tag = 0; tag < TAGS; tag++) {
        List<String> words = new ArrayList<>(List.of("EXISTS"));
        words.addAll(keysOf(tag));
        assertThat(party.answerTo(words.toArray(String[]::new))).isEqualTo("" + KEYS_OF_TAG);
        String some = keysOf(tag).get(tag % KEYS_OF_TAG);
        assertThat(party.answerTo("GET", some)).isEqualTo("value of " + some);
      }
    }
    long all = size(shards, shards.masterOfFirst()) + size(shards, shards.addresses().size() - 1);
    // Those of the rounds are a few more.
    assertThat(all).isBetween((long) TAGS * KEYS_OF_TAG, TAGS * KEYS_OF_TAG + 500L);
  }

  private static long size(RunningShards shards, int index) throws IOException {
    try (Wire wire = new Wire(shards.port(index), PATIENT_MILLIS)) {
      return Long.parseLong(wire.call("DBSIZE"));
    }
  }

  /** As the command leaves it that is killed between TAKE and GIVE. */
  @Test
  void shouldMoveSlotsBackOfWhichTheFormerOwnerDoesNotKnowWhoHasThem() throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b")) {
      step(shards, 1, "IMPORT", "7", "0-99", "a", "1");
      step(shards, 0, "TRACK", "7", "0-99");
      step(shards, 0, "LEAVE", "7", "0-99", "b", "1");
      step(shards, 1, "TAKE", "7");
      assertThat(state(shards, 0)).contains("leaving ");
      var _ = mover(shards).move(SlotRange.parseAll("0-99"), "b", "a");
      assertThat(state(shards, 0)).doesNotContain("leaving ");
      String key =
          Stream.iterate(0, i -> i + 1)
              .map(i -> "key " + i)
              .filter(each -> KeySlot.of(Slice.of(each)) < 100)
              .findFirst()
              .orElseThrow();
      try (Wire wire = new Wire(shards.port(0), PATIENT_MILLIS)) {
        assertThat(wire.call("SET", key, "1")).isEqualTo("OK");
      }
    }
  }

  private static void step(RunningShards shards, int index, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("MOVESLOTS"));
    command.addAll(List.of(words));
    try (Wire wire = new Wire(shards.port(index), PATIENT_MILLIS)) {
      assertThat(wire.call(command.toArray(String[]::new))).doesNotStartWith("-");
    }
  }

  @Test
  void shouldRefuseInWordsWhatCannotBe() throws Exception {
    try (RunningShards shards = new RunningShards(folder, "a", "b")) {
      assertRefused(shards, "0", "a", "x", "the cluster has no node x");
      assertRefused(shards, "0", "a", "a", "a and a have the same slots already");
      assertRefused(shards, "9000", "a", "b", null);
      assertRefused(shards, "0", "b", "a", null);
    }
  }

  private static void assertRefused(
      RunningShards shards, String slots, String from, String to, @Nullable String why) {
    SlotMover mover = mover(shards);
    List<SlotRange> ranges = SlotRange.parseAll(slots);
    if (why == null) {
      // The target has them already: there is nothing to do.
      assertThat(mover.move(ranges, from, to).records()).isZero();
    } else {
      assertThatThrownBy(() -> mover.move(ranges, from, to))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(why);
    }
  }
}
