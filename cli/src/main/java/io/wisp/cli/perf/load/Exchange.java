// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends the requests of a source over one connection, and records what becomes of each. It
 * allocates nothing per request.
 */
final class Exchange implements AutoCloseable {

  private final Client client;
  private final RequestSource source;
  private final LoadClock clock;
  private final ValueBuffer received = new ValueBuffer();
  private final Slice value = new Slice();
  private final AtomicLong completed = new AtomicLong();
  private final Operation[] operations;
  private final long[] keyNumbers;
  private final boolean[] insertions;
  private final long[] due;
  private final long[] sent;
  private int first;
  private int outstanding;
  private long lastLatency;
  private Tallies tallies = new Tallies(false);

  /**
   * An exchange over a connection, which it closes.
   *
   * @param depth how many requests may be outstanding
   */
  Exchange(Client client, RequestSource source, LoadClock clock, int depth) {
    this.client = client;
    this.source = source;
    this.clock = clock;
    operations = new Operation[depth];
    keyNumbers = new long[depth];
    insertions = new boolean[depth];
    due = new long[depth];
    sent = new long[depth];
  }

  /** Where the next request comes from. */
  RequestSource source() {
    return source;
  }

  LoadClock clock() {
    return clock;
  }

  int depth() {
    return operations.length;
  }

  /**
   * Forgets what was recorded, and records from now on for a certain kind of loop. The second of
   * two calls in a row for the same kind costs nothing.
   */
  void record(boolean openLoop) {
    if (tallies.openLoop() == openLoop) {
      tallies.reset();
    } else {
      tallies = new Tallies(openLoop);
    }
    completed.setOpaque(0);
  }

  Tallies tallies() {
    return tallies;
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
    Operation operation = source.operation();
    Slice key = source.key();
    Status status =
        switch (operation) {
          case PUT -> client.put(key, source.value());
          case GET -> client.get(key, received);
          case DELETE -> client.delete(key);
        };
    long end = clock.now();
    record(operation, source.keyNumber(), source.isInsertion(), status, end - dueAt, end - sentAt);
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
    Operation operation = source.operation();
    Slice key = source.key();
    operations[index] = operation;
    keyNumbers[index] = source.keyNumber();
    insertions[index] = source.isInsertion();
    due[index] = dueAt;
    sent[index] = sentAt;
    switch (operation) {
      case PUT -> client.submitPut(key, source.value());
      case GET -> client.submitGet(key);
      case DELETE -> client.submitDelete(key);
    }
    outstanding++;
  }

  private int index(int fromFirst) {
    return (first + fromFirst) % operations.length;
  }

  int outstanding() {
    return outstanding;
  }

  boolean isFull() {
    return outstanding == operations.length;
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

  /** Waits for the reply to the oldest outstanding request. */
  void completeOldest() {
    Status status = client.complete(received);
    long end = clock.now();
    int index = first;
    first = index(1);
    outstanding--;
    record(
        operations[index],
        keyNumbers[index],
        insertions[index],
        status,
        end - due[index],
        end - sent[index]);
  }

  private void record(
      Operation operation,
      long keyNumber,
      boolean insertion,
      Status status,
      long latency,
      long service) {
    tallies.of(operation).record(status, latency, service);
    lastLatency = latency;
    if (insertion && !status.isError()) {
      source.acknowledgeInsertion();
    }
    if (operation == Operation.GET && status == Status.FOUND) {
      verify(keyNumber);
    }
    completed.setOpaque(completed.getPlain() + 1);
  }

  private void verify(long keyNumber) {
    String fault = source.faultOf(keyNumber, received.pointAt(value));
    if (fault != null) {
      throw new WrongValueException(fault);
    }
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
