// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.linearizability.KeyModel.State;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says whether the history of a key is linearizable: whether its calls can be put into an order
 * that keeps who ended before whom began, and in which each answers as {@link KeyModel} does.
 *
 * <p>The search is that of Wing and Gong (Testing and Verifying Concurrent Objects, 1993) with
 * Lowe's memory of configurations that were tried (Testing for Linearizability, 2017). A history of
 * many keys is linearizable if that of each key is (Herlihy and Wing's locality), which keeps it
 * short, as in Porcupine.
 */
public final class LinearizabilityChecker {

  /** Beyond it a history counts as undecided. */
  private static final int MOST_CONFIGURATIONS = 2_000_000;

  /** How much of a failing history is shown. */
  private static final int SHOWN = 60;

  private final KeyModel model;

  public LinearizabilityChecker(KeyModel model) {
    this.model = model;
  }

  /** Whether the calls of one key, which is absent at first, are linearizable. */
  public boolean isLinearizable(List<Call> calls) {
    return new Search(calls).succeeds();
  }

  /**
   * Checks one key's calls.
   *
   * @throws AssertionError with the shortest beginning of the history that has no order
   */
  public void check(String key, List<Call> calls) {
    if (!isLinearizable(calls)) {
      List<Call> shortest = shortestFailingBeginning(calls);
      long since = shortest.getFirst().invoked();
      throw new AssertionError(
          "the calls of "
              + key
              + " have no order that explains their replies (the last "
              + SHOWN
              + " of "
              + shortest.size()
              + "):\n"
              + shortest.stream()
                  .skip(Math.max(0, shortest.size() - SHOWN))
                  .map(call -> call.toLine(since))
                  .collect(Collectors.joining("\n")));
    }
  }

  /** What happened until a moment is linearizable if what happened until a later one is. */
  private List<Call> shortestFailingBeginning(List<Call> calls) {
    long[] ends =
        calls.stream().filter(Call::isComplete).mapToLong(Call::returned).sorted().toArray();
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (isLinearizable(until(ends[middle], calls))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return until(ends[high], calls);
  }

  private static List<Call> until(long end, List<Call> calls) {
    return sorted(
        calls.stream()
            .filter(call -> call.invoked() <= end)
            .map(call -> call.returned() <= end ? call : call.withoutReply())
            .toList());
  }

  private static List<Call> sorted(List<Call> calls) {
    return calls.stream().sorted(Comparator.comparingLong(Call::invoked)).toList();
  }

  /** Calls that were put in an order so far, and where they left the key. */
  private record Configuration(BitSet ordered, State state) {}

  private final class Search {

    private final List<Call> calls;
    private final BitSet complete = new BitSet();
    private final Set<Configuration> tried = new HashSet<>();

    Search(List<Call> unsorted) {
      calls = sorted(unsorted);
      for (int i = 0; i < calls.size(); i++) {
        complete.set(i, calls.get(i).isComplete());
      }
    }

    boolean succeeds() {
      List<Configuration> open = new ArrayList<>();
      open.add(new Configuration(new BitSet(), State.GONE));
      while (!open.isEmpty()) {
        Configuration configuration = open.removeLast();
        if (isDone(configuration.ordered)) {
          return true;
        }
        addNext(configuration, open);
      }
      return false;
    }

    private boolean isDone(BitSet ordered) {
      BitSet left = (BitSet) complete.clone();
      left.andNot(ordered);
      return left.isEmpty();
    }

    /** The next can be any call that began before the first of those that are left ended. */
    private void addNext(Configuration configuration, List<Configuration> open) {
      long firstEnd = Long.MAX_VALUE;
      for (int i = configuration.ordered.nextClearBit(0);
          i < calls.size() && calls.get(i).invoked() <= firstEnd;
          i = configuration.ordered.nextClearBit(i + 1)) {
        firstEnd = Math.min(firstEnd, calls.get(i).returned());
      }
      for (int i = configuration.ordered.nextClearBit(0);
          i < calls.size() && calls.get(i).invoked() <= firstEnd;
          i = configuration.ordered.nextClearBit(i + 1)) {
        for (State state : model.after(configuration.state, calls.get(i))) {
          BitSet ordered = (BitSet) configuration.ordered.clone();
          ordered.set(i);
          Configuration next = new Configuration(ordered, state);
          if (tried.add(next)) {
            open.add(next);
          }
        }
      }
      if (tried.size() > MOST_CONFIGURATIONS) {
        throw new AssertionError(
            calls.size() + " calls are undecided after " + tried.size() + " configurations");
      }
    }
  }
}
