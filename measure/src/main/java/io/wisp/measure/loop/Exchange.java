// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.latency.Tallies;
import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.RequestSource;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends the requests of a source over one connection, and records what becomes of each. It
 * allocates nothing per request.
 */
public final class Exchange implements AutoCloseable {

  private static final Slice NO_VALUE = new Slice();

  private final Client client;
  private final RequestSource source;
  private final LoadClock clock;
  private final ReplyCheck check;
  private final ValueBuffer received = new ValueBuffer();
  private final Slice value = new Slice();
  private final AtomicLong completed = new AtomicLong();
  private final RequestKind[] kinds;
  private final long[] keyNumbers;
  private final boolean[] insertions;
  private final long[] due;
  private final long[] sent;
  private int first;
  private int outstanding;
  private long lastLatency;
  private boolean counting = true;
  private Tallies tallies = new Tallies(false);

  /**
   * An exchange over a connection, which it closes.
   *
   * @param depth how many requests may be outstanding
   * @param check sees every reply, counted or not
   */
  public Exchange(
      Client client, RequestSource source, LoadClock clock, int depth, ReplyCheck check) {
    this.client = client;
    this.source = source;
    this.clock = clock;
    this.check = check;
    kinds = new RequestKind[depth];
    keyNumbers = new long[depth];
    insertions = new boolean[depth];
    due = new long[depth];
    sent = new long[depth];
  }

  /** Where the next request comes from. */
  public RequestSource source() {
    return source;
  }

  LoadClock clock() {
    return clock;
  }

  int depth() {
    return kinds.length;
  }

  /**
   * Forgets what was recorded, and records from now on for a certain kind of loop. The second of
   * two calls in a row for the same kind costs nothing.
   */
  public void record(boolean openLoop) {
    if (tallies.openLoop() == openLoop) {
      tallies.reset();
    } else {
      tallies = new Tallies(openLoop);
    }
    completed.setOpaque(0);
  }

  /** What became of the requests since recording began, but those not to be counted. */
  public Tallies tallies() {
    return tallies;
  }

  /** Says whether the next requests count, as they do at first. */
  public void count(boolean counts) {
    counting = counts;
  }

  /** How long the last request took that was answered, from when it was due. */
  long lastLatency() {
    return lastLatency;
  }

  /** How many requests are done since recording began; any thread may ask. */
  long completed() {
    return completed.getOpaque();
  }

  /**
   * Sends the source's request and waits for its reply. Its latency counts from now.
   *
   * @return the time of the reply
   */
  long call() {
    long now = clock.now();
    return call(now, now);
  }

  /**
   * The same for a request that was due earlier.
   *
   * @return the time of the reply
   */
  long call(long dueAt, long sentAt) {
    RequestKind kind = source.kind();
    Slice key = source.key();
    Status status =
        switch (kind) {
          case PUT -> client.put(key, source.value());
          case GET -> client.get(key, received);
          case DELETE -> client.delete(key);
        };
    long end = clock.now();
    record(kind, source.keyNumber(), source.isInsertion(), status, end - dueAt, end - sentAt);
    return end;
  }

  /** Submits the source's request. Its latency counts from now. */
  void submit() {
    long now = clock.now();
    submit(now, now);
  }

  /** The same for a request that was due earlier. */
  void submit(long dueAt, long sentAt) {
    int index = index(outstanding);
    RequestKind kind = source.kind();
    Slice key = source.key();
    kinds[index] = kind;
    keyNumbers[index] = source.keyNumber();
    insertions[index] = source.isInsertion();
    due[index] = dueAt;
    sent[index] = sentAt;
    switch (kind) {
      case PUT -> client.submitPut(key, source.value());
      case GET -> client.submitGet(key);
      case DELETE -> client.submitDelete(key);
    }
    outstanding++;
  }

  private int index(int fromFirst) {
    return (first + fromFirst) % kinds.length;
  }

  /** How many requests have no reply yet. */
  public int outstanding() {
    return outstanding;
  }

  boolean isFull() {
    return outstanding == kinds.length;
  }

  /** When the oldest outstanding request was sent. */
  long oldestSent() {
    return sent[first];
  }

  void flush() {
    client.flush();
  }

  boolean isReplyReady() {
    return client.isReplyReady();
  }

  /**
   * Waits for the reply to the oldest outstanding request.
   *
   * @return the time of the reply
   */
  public long completeOldest() {
    Status status = client.complete(received);
    long end = clock.now();
    int index = first;
    first = index(1);
    outstanding--;
    record(
        kinds[index],
        keyNumbers[index],
        insertions[index],
        status,
        end - due[index],
        end - sent[index]);
    return end;
  }

  private void record(
      RequestKind kind,
      long keyNumber,
      boolean insertion,
      Status status,
      long latency,
      long service) {
    if (counting) {
      tallies.of(kind).record(status, latency, service);
    }
    lastLatency = latency;
    if (insertion && !status.isError()) {
      source.acknowledgeInsertion();
    }
    boolean found = kind == RequestKind.GET && status == Status.FOUND;
    check.check(kind, keyNumber, status, found ? received.pointAt(value) : NO_VALUE);
    completed.setOpaque(completed.getPlain() + 1);
  }

  /** What server and client say of themselves. */
  String information() {
    return client.information();
  }

  @Override
  public void close() {
    client.close();
    received.close();
  }
}
