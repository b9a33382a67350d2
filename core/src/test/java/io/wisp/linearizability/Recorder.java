// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.linearizability.Call.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Calls by many threads, to be checked key by key. */
public final class Recorder {

  private final Map<String, Queue<Call>> calls = new ConcurrentHashMap<>();

  /**
   * Makes a call and notes it, also if it throws: then nobody knows what became of it.
   *
   * @param operation gives the reply
   */
  public void call(
      String client,
      String key,
      Kind kind,
      String argument,
      long millis,
      Supplier<String> operation) {
    long invoked = System.nanoTime();
    String reply = null;
    long returned = Long.MAX_VALUE;
    try {
      reply = operation.get();
      returned = System.nanoTime();
    } finally {
      calls
          .computeIfAbsent(key, any -> new ConcurrentLinkedQueue<>())
          .add(new Call(client, kind, argument, millis, reply, invoked, returned));
    }
  }

  /** The keys so far, each with its calls in no order. */
  public Map<String, List<Call>> histories() {
    Map<String, List<Call>> histories = new ConcurrentHashMap<>();
    calls.forEach((key, each) -> histories.put(key, new ArrayList<>(each)));
    return histories;
  }

  /**
   * Checks all of them.
   *
   * @return how many calls there were
   */
  public int check(LinearizabilityChecker checker) {
    Map<String, List<Call>> histories = histories();
    histories.forEach(checker::check);
    return histories.values().stream().mapToInt(List::size).sum();
  }
}
