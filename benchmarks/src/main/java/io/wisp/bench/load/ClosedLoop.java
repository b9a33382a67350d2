// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import io.wisp.bench.latency.LatencyHistograms;
import io.wisp.bench.latency.RequestKind;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One client that sends its next request when it has the reply to the last: the load of a closed
 * loop. With a pipeline, it sends a batch when it has the replies to the last batch.
 *
 * <p>The clock is read once a request, because reading it costs about as much as the rest of the
 * loop. A latency so runs from one reply to the next, and includes the choice of the key; in a
 * batch, all latencies run from the last reply of the batch before. The loop itself allocates
 * nothing. It belongs to one thread.
 */
public final class ClosedLoop {

  /** The seed of the first client's random numbers; the next one's is one more. */
  private static final long SEED = 3994;

  private static final long STOPPED = Long.MIN_VALUE;

  private final Client client;
  private final OperationMix mix;
  private final KeySpace keys;
  private final int number;
  private final int clients;
  private final boolean checked;
  private final RequestKind[] batch;
  private final SplittableRandom random;
  private final LatencyHistograms latencies;
  private final byte[] keyBytes;
  private final Slice key;
  private final Slice value;
  private final int payloadSize;
  private final ValueBuffer reply = new ValueBuffer();
  private long sequence;
  private long lastKey;
  private int completed;
  private long lastReply = STOPPED;

  /**
   * @param number which of the clients this is, from 0
   * @param clients how many clients there are
   * @param pipeline how many requests are sent at a time
   * @param checked whether replies must be what a store would say
   */
  public ClosedLoop(
      Client client,
      OperationMix mix,
      KeySpace keys,
      int payloadSize,
      int pipeline,
      int number,
      int clients,
      boolean checked) {
    this.client = client;
    this.mix = mix;
    this.keys = keys;
    this.payloadSize = payloadSize;
    this.number = number;
    this.clients = clients;
    this.checked = checked;
    batch = new RequestKind[pipeline];
    Arrays.fill(batch, RequestKind.GET);
    completed = pipeline;
    random = new SplittableRandom(SEED + number);
    latencies = new LatencyHistograms(mix.kinds());
    keyBytes = new byte[keys.digits()];
    Arrays.fill(keyBytes, (byte) '0');
    key = Slice.of(keyBytes);
    value = Slice.of(Preparation.value(payloadSize));
  }

  /** What was recorded since it was last reset. */
  public LatencyHistograms latencies() {
    return latencies;
  }

  /**
   * Makes a request and waits for its reply.
   *
   * @param recorded whether its latency counts
   */
  public void request(boolean recorded) {
    if (lastReply == STOPPED) {
      lastReply = System.nanoTime();
    }
    if (batch.length == 1) {
      RequestKind kind = choose();
      Status status = execute(kind);
      long now = System.nanoTime();
      finish(kind, status, now - lastReply, recorded);
      lastReply = now;
    } else {
      completeOne(recorded);
    }
  }

  private void completeOne(boolean recorded) {
    if (completed == batch.length) {
      submitBatch();
      completed = 0;
    }
    RequestKind kind = batch[completed++];
    Status status = client.complete(reply);
    long now = System.nanoTime();
    finish(kind, status, now - lastReply, recorded);
    if (completed == batch.length) {
      lastReply = now;
    }
  }

  private void submitBatch() {
    for (int i = 0; i < batch.length; i++) {
      RequestKind kind = choose();
      batch[i] = kind;
      switch (kind) {
        case PUT -> client.submitPut(key, value);
        case GET -> client.submitGet(key);
        case DELETE -> client.submitDelete(key);
      }
    }
    client.flush();
  }

  private Status execute(RequestKind kind) {
    return switch (kind) {
      case PUT -> client.put(key, value);
      case GET -> client.get(key, reply);
      case DELETE -> client.delete(key);
    };
  }

  private RequestKind choose() {
    RequestKind kind = mix.next(random, sequence);
    if (mix != OperationMix.DELETE || sequence % 2 == 0) {
      lastKey = chooseKey();
      keys.write(lastKey, keyBytes);
    }
    sequence++;
    return kind;
  }

  /** Of its own keys if there are enough to share out, where clients must not meet. */
  private long chooseKey() {
    long chosen = random.nextLong(keys.count());
    if (mix != OperationMix.DELETE || keys.count() < clients) {
      return chosen;
    }
    long own = chosen - chosen % clients + number;
    return own < keys.count() ? own : number;
  }

  private void finish(RequestKind kind, Status status, long nanoseconds, boolean recorded) {
    boolean miss = status == Status.ABSENT;
    if (status.isError()
        || (checked && miss && kind == RequestKind.GET && mix.everyGetHits())
        || (checked && status == Status.FOUND && reply.valueLength() != payloadSize)) {
      throw new IllegalStateException(complaint(kind, status));
    }
    if (recorded) {
      latencies.record(kind, nanoseconds, miss);
    }
  }

  private String complaint(RequestKind kind, Status status) {
    return client.description()
        + " answered a "
        + kind.label()
        + " with "
        + status
        + (status == Status.FOUND
            ? " of " + reply.valueLength() + " bytes where " + payloadSize + " were stored"
            : status == Status.ABSENT ? " though every key had been stored" : "");
  }

  /** Takes in the replies still due, so that the time until the next request is not a latency. */
  public void pause() {
    while (completed < batch.length) {
      completed++;
      client.complete(reply);
    }
    lastReply = STOPPED;
  }

  /** Frees the memory for replies; the client stays open. */
  public void release() {
    reply.close();
  }
}
