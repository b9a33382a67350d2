// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.linearizability.Call;
import io.wisp.linearizability.Call.Kind;
import io.wisp.linearizability.KeyModel;
import io.wisp.linearizability.LinearizabilityChecker;
import io.wisp.linearizability.RandomCalls;
import io.wisp.linearizability.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Rounds in which clients use a group while something happens to it, judged call by call. */
final class GroupRounds {

  /** What happens. */
  interface Fault {

    /**
     * Makes it happen, and ends it.
     *
     * @param leader the member that led before, by its place
     */
    void happen(int leader) throws Exception;
  }

  /** Who only reads, beside the clients. */
  interface Readers {

    /**
     * Some for a round, at whose end they are closed.
     *
     * @param leader the member that leads, by its place
     */
    List<LeasedReader> open(int leader);
  }

  private static final int PARTIES = 6;
  private static final int KEYS = 8;

  /** Some wait for a process that is stopped, and see what it says first when it goes on. */
  private static final int PATIENT_MILLIS = 30_000;

  private static final int IMPATIENT_MILLIS = 700;
  private static final int CALLS_OF_A_TURN = 5;
  private static final long ANSWERS_NANOS = TimeUnit.SECONDS.toNanos(180);

  private final Random random;
  private final LinearizabilityChecker checker = new LinearizabilityChecker(new KeyModel(false));

  GroupRounds(Random random) {
    this.random = random;
  }

  /** Says by which seed it can be had again. */
  static Random newRandom() {
    long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
    System.out.println("faults: seed " + seed);
    return new Random(seed);
  }

  /** What the clients of a round use. */
  static List<String> keys(int round) {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      keys.add("r" + round + "k" + i);
    }
    return keys;
  }

  /**
   * Has clients at work before a fault, while it lasts, and after it.
   *
   * @param name of the fault, for people
   * @param round no two of a group are the same
   */
  void play(RunningNodes group, String name, int round, Fault fault) throws Exception {
    play(group, name, round, fault, _ -> List.of());
  }

  /** Likewise, with readers beside the clients. */
  void play(RunningNodes group, String name, int round, Fault fault, Readers readers)
      throws Exception {
    Recorder recorder = new Recorder();
    List<String> keys = keys(round);
    int leader = group.awaitLeader();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger unknown = new AtomicInteger();
    List<GroupParty> parties = new ArrayList<>();
    List<LeasedReader> opened = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < PARTIES; i++) {
        int millis = i % 3 == 0 ? PATIENT_MILLIS : IMPATIENT_MILLIS;
        GroupParty party = new GroupParty("p" + i, group.addresses(), millis);
        parties.add(party);
        RandomCalls calls = new RandomCalls(party, random.nextLong(), false);
        running.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    calls.run(recorder, keys, CALLS_OF_A_TURN, _ -> unknown.incrementAndGet());
                    Thread.sleep(random.nextInt(100));
                  }
                  return null;
                }));
      }
      for (LeasedReader reader : readers.open(leader)) {
        opened.add(reader);
        running.add(threads.submit(() -> reader.read(recorder, keys, over::get)));
      }
      try {
        awaitAnswers(parties, running);
        fault.happen(leader);
        group.awaitLeader();
        awaitAnswers(parties, running);
      } finally {
        over.set(true);
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    // What is there at last belongs to the history.
    try (GroupParty last = new GroupParty("last", group.addresses(), PATIENT_MILLIS)) {
      for (String key : keys) {
        recorder.call("last", key, Kind.GET, "", 0, () -> last.call(Kind.GET, key, "", 0));
      }
    }
    parties.forEach(GroupParty::close);
    opened.forEach(LeasedReader::close);
    recorder.histories().forEach((key, calls) -> checker.check(key, withoutIdleCalls(calls)));
    int calls = recorder.histories().values().stream().mapToInt(List::size).sum();
    long inVain = parties.stream().mapToLong(GroupParty::inVain).sum();
    System.out.println(
        "%s: %s calls, %s unknown; %s were in vain, and made again; no answer for %s ms"
            .formatted(name, calls, unknown, inVain, longestSilence(recorder)));
    assertThat(group.said()).doesNotContain("Exception in thread", "\tat ");
  }

  /** For how many milliseconds nobody was answered. */
  private static long longestSilence(Recorder recorder) {
    long[] answers =
        recorder.histories().values().stream()
            .flatMap(List::stream)
            .filter(call -> call.reply() != null)
            .mapToLong(Call::returned)
            .sorted()
            .toArray();
    long longest = 0;
    for (int i = 1; i < answers.length; i++) {
      longest = Math.max(longest, answers[i] - answers[i - 1]);
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  /** A read that was not answered says nothing, and would only have to be put everywhere. */
  private static List<Call> withoutIdleCalls(List<Call> calls) {
    return calls.stream().filter(call -> call.kind() != Kind.GET || call.reply() != null).toList();
  }

  /** Each is answered some times from now on. */
  private static void awaitAnswers(List<GroupParty> parties, List<Future<?>> running)
      throws Exception {
    long[] before = parties.stream().mapToLong(GroupParty::answers).toArray();
    long end = System.nanoTime() + ANSWERS_NANOS;
    for (int i = 0; i < before.length; i++) {
      while (parties.get(i).answers() < before[i] + 3 * CALLS_OF_A_TURN) {
        assertThat(System.nanoTime() - end).as("party %s is not answered", i).isNegative();
        for (Future<?> each : running) {
          if (each.isDone()) {
            each.get();
          }
        }
        Thread.sleep(10);
      }
    }
  }
}
