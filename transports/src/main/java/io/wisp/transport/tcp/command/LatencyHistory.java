// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long the longest command of a second took, for the latest seconds in which one took longer
 * than a threshold. Any thread uses it; it is locked only for such a command, and for those who
 * look.
 */
public final class LatencyHistory {

  /** What LATENCY calls a command that took long. */
  static final String EVENT = "command";

  /** As in Redis. */
  static final int MAX_SAMPLES = 160;

  /**
   * A second in which a command took long.
   *
   * @param second since the epoch
   * @param millis that the longest took
   */
  record Sample(long second, long millis) {}

  private final ArrayDeque<Sample> oldestFirst = new ArrayDeque<>();
  private volatile long thresholdMillis;
  private long mostMillis;

  /** From how many milliseconds on a command counts; if 0, none does. */
  public long thresholdMillis() {
    return thresholdMillis;
  }

  /** Changes {@link #thresholdMillis()}. */
  public void thresholdMillis(long millis) {
    thresholdMillis = millis;
  }

  /** Whether a command that took so long belongs here. */
  boolean isLong(long nanos) {
    long threshold = thresholdMillis;
    return threshold > 0 && TimeUnit.NANOSECONDS.toMillis(nanos) >= threshold;
  }

  synchronized void add(long nanos, long second) {
    Sample sample = new Sample(second, TimeUnit.NANOSECONDS.toMillis(nanos));
    mostMillis = Math.max(mostMillis, sample.millis());
    Sample last = oldestFirst.peekLast();
    if (last != null && last.second() == sample.second()) {
      if (last.millis() >= sample.millis()) {
        return;
      }
      oldestFirst.removeLast();
    }
    oldestFirst.addLast(sample);
    if (oldestFirst.size() > MAX_SAMPLES) {
      oldestFirst.removeFirst();
    }
  }

  /** The samples, the oldest first. */
  synchronized List<Sample> samples() {
    return List.copyOf(oldestFirst);
  }

  /** The longest that a command took since the last reset. */
  synchronized long mostMillis() {
    return mostMillis;
  }

  /** Forgets all; the answer is whether there was anything. */
  synchronized boolean reset() {
    boolean had = !oldestFirst.isEmpty();
    oldestFirst.clear();
    mostMillis = 0;
    return had;
  }
}
