// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Rounds in which some parties call at once, each about keys of its own, whose histories are then
 * checked.
 */
public final class Rounds {

  private static final int KEYS = 3;
  private static final int CALLS_OF_A_PARTY = 40;

  private final LinearizabilityChecker checker;
  private final long seed;
  private int rounds;
  private long calls;

  public Rounds(boolean evicts, long seed) {
    this.checker = new LinearizabilityChecker(new KeyModel(evicts));
    this.seed = seed;
  }

  /**
   * Plays a round and checks it.
   *
   * @param afterFailure told of each call that threw
   */
  public void play(List<Party> parties, Consumer<RuntimeException> afterFailure) throws Exception {
    Recorder recorder = new Recorder();
    List<String> keys = keysOf(rounds);
    boolean expiriesPass = parties.stream().allMatch(Party::readsTheStoresClock);
    CyclicBarrier start = new CyclicBarrier(parties.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(parties.size())) {
      List<Future<?>> running = new ArrayList<>();
      for (Party party : parties) {
        RandomCalls random =
            new RandomCalls(party, seed + 31L * rounds + 1_009L * running.size(), expiriesPass);
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  random.run(recorder, keys, CALLS_OF_A_PARTY, afterFailure);
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
    rounds++;
    calls += recorder.check(checker);
  }

  /** Plays at least so many rounds, and goes on until what should go on beside has happened. */
  public void play(int least, BooleanSupplier isEnough, List<Party> parties) throws Exception {
    for (int i = 0; i < least || !isEnough.getAsBoolean(); i++) {
      play(
          parties,
          failure -> {
            throw failure;
          });
      // Else the values that rounds leave behind, some of them large, fill the store in time, and
      // nothing grows or is compacted beside the rounds any more.
      for (String key : keysOf(rounds - 1)) {
        parties.getFirst().call(Call.Kind.DELETE, key, "", 0);
      }
    }
  }

  private static List<String> keysOf(int round) {
    return IntStream.range(0, KEYS).mapToObj(i -> "r" + round + "k" + i).toList();
  }

  @Override
  public String toString() {
    return rounds + " rounds, " + calls + " calls, seed " + seed;
  }
}
