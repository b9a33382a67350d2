// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * A server with one thread, by a fake clock: it answers one request after the other, each in the
 * same time, except for those that are told to stall. What is submitted arrives when it is flushed.
 */
final class SlowClient implements Client {

  private final FakeClock clock;
  private final long serviceNanos;
  private final Map<Integer, Long> stalls = new HashMap<>();
  private final Queue<Long> answers = new ArrayDeque<>();
  private int unflushed;
  private long busyUntil;
  private int requests;
  private int mostOutstanding;
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

  int mostOutstanding() {
    return mostOutstanding;
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
  public Status put(Slice key, Slice value) {
    clock.awaitUntil(accept());
    return Status.STORED;
  }

  @Override
  public Status delete(Slice key) {
    clock.awaitUntil(accept());
    return Status.ABSENT;
  }

  @Override
  public void submitGet(Slice key) {
    unflushed++;
    mostOutstanding = Math.max(mostOutstanding, outstanding());
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    submitGet(key);
  }

  @Override
  public void submitDelete(Slice key) {
    submitGet(key);
  }

  @Override
  public void flush() {
    for (; unflushed > 0; unflushed--) {
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
    long answered = answers.remove();
    longestWait = Math.max(longestWait, answered - clock.now());
    clock.awaitUntil(answered);
    return Status.ABSENT;
  }

  @Override
  public int outstanding() {
    return answers.size() + unflushed;
  }

  @Override
  public String description() {
    return "slow";
  }

  @Override
  public String information() {
    return "";
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean contains(Slice key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long timeToLive(Slice key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
