// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * A server with one thread, by a fake clock: it answers one get after the other, each in the same
 * time, except for those that are told to stall. What is submitted arrives when it is flushed.
 */
final class SlowClient extends HeapClient {

  private final FakeClock clock;
  private final long serviceNanos;
  private final Map<Integer, Long> stalls = new HashMap<>();
  private final Queue<Long> answers = new ArrayDeque<>();
  private long busyUntil;
  private int requests;
  private long longestWait;

  SlowClient(FakeClock clock, long serviceNanos) {
    this.clock = clock;
    this.serviceNanos = serviceNanos;
    busyUntil = clock.now();
  }

  /** Makes the request of an index, from 0, take longer. */
  SlowClient stalling(int request, long nanoseconds) {
    stalls.put(request, nanoseconds);
    return this;
  }

  int requests() {
    return requests;
  }

  /** How long a completion had to wait at most. */
  long longestWait() {
    return longestWait;
  }

  /** When a request that arrives now is answered. */
  private long accept() {
    long begin = busyUntil - clock.now() > 0 ? busyUntil : clock.now();
    busyUntil = begin + serviceNanos + stalls.getOrDefault(requests, 0L);
    requests++;
    return busyUntil;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    clock.awaitUntil(accept());
    return Status.ABSENT;
  }

  @Override
  public void flush() {
    while (answers.size() < outstanding()) {
      answers.add(accept());
    }
  }

  @Override
  public boolean isReplyReady() {
    return !answers.isEmpty() && answers.element() - clock.now() <= 0;
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    if (answers.isEmpty()) {
      throw new IllegalStateException("the oldest request was never sent");
    }
    submitted.remove();
    long answered = answers.remove();
    longestWait = Math.max(longestWait, answered - clock.now());
    clock.awaitUntil(answered);
    return Status.ABSENT;
  }
}
