// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.nothing;

import io.wisp.codec.BatchDescriptor;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Refusals;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/**
 * Answers at once. A put copies the value, as sending it would; a get gives that value back,
 * whatever the key, and an empty one before the first put; a delete says that the key is gone, and
 * a batch that it was done, whatever it required. So what a harness does with a value of its
 * payload's size is part of what it costs.
 */
final class NullClient implements Client {

  private final Status[] submissions;
  private final ValueBuffer last = new ValueBuffer();
  private final Slice value = new Slice();
  private int first;
  private int outstanding;
  private volatile boolean closed;

  NullClient(ClientOptions options) {
    submissions = new Status[options.maxOutstanding()];
    last.take(MemorySegment.NULL, 0, 0, 0, Store.NEVER);
  }

  @Override
  public String description() {
    return "null (inside the process, answers at once)";
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }

  private void requireNothingOutstanding() {
    requireOpen();
    if (outstanding > 0) {
      throw new IllegalStateException(
          outstanding + " requests are outstanding, and a blocking call must wait for them");
    }
  }

  private Status answerPut(Slice key, Slice written) {
    Status refusal = Refusals.of(key, written);
    if (refusal != null) {
      return refusal;
    }
    last.take(written.segment(), written.offset(), written.length(), 0, Store.NEVER);
    return Status.STORED;
  }

  private Status answerAll(WriteBatch batch) {
    Status refusal = BatchDescriptor.refusalOf(batch);
    if (refusal != null) {
      return refusal;
    }
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry entry = batch.get(i);
      if (entry.change() == WriteBatch.Change.PUT) {
        answerPut(entry.key(), entry.value());
      }
    }
    return Status.DONE;
  }

  private static Status answer(Slice key, Status status) {
    Status refusal = Refusals.of(key);
    return refusal != null ? refusal : status;
  }

  private void give(ValueSink sink) {
    last.pointAt(value);
    sink.take(value.segment(), value.offset(), value.length(), 0, Store.NEVER);
  }

  @Override
  public Status put(Slice key, Slice written) {
    requireNothingOutstanding();
    return answerPut(key, written);
  }

  @Override
  public Status put(Slice key, Slice written, long timeToLiveMillis) {
    requireNothingOutstanding();
    if (timeToLiveMillis < 1) {
      throw new IllegalArgumentException(
          "a time to live of " + timeToLiveMillis + " ms is less than 1");
    }
    return answerPut(key, written);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    requireNothingOutstanding();
    Status status = answer(key, Status.FOUND);
    if (status == Status.FOUND) {
      give(sink);
    }
    return status;
  }

  @Override
  public Status delete(Slice key) {
    requireNothingOutstanding();
    return answer(key, Status.DELETED);
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    requireNothingOutstanding();
    return answerAll(batch);
  }

  @Override
  public Status add(Slice key, long amount, LongConsumer sum) {
    requireNothingOutstanding();
    Status status = answer(key, Status.STORED);
    if (status == Status.STORED) {
      sum.accept(amount);
    }
    return status;
  }

  @Override
  public boolean contains(Slice key) {
    requireNothingOutstanding();
    return answer(key, Status.FOUND) == Status.FOUND;
  }

  @Override
  public long timeToLive(Slice key) {
    return contains(key) ? NO_EXPIRY : NO_KEY;
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    requireNothingOutstanding();
    return 0;
  }

  @Override
  public String information() {
    requireNothingOutstanding();
    return "transport:null\n";
  }

  @Override
  public void submitPut(Slice key, Slice written) {
    requireRoom();
    submit(answerPut(key, written));
  }

  @Override
  public void submitGet(Slice key) {
    requireRoom();
    submit(answer(key, Status.FOUND));
  }

  @Override
  public void submitDelete(Slice key) {
    requireRoom();
    submit(answer(key, Status.DELETED));
  }

  @Override
  public void submitWriteAll(WriteBatch batch) {
    requireRoom();
    submit(answerAll(batch));
  }

  private void requireRoom() {
    requireOpen();
    if (outstanding == submissions.length) {
      throw new IllegalStateException(
          outstanding + " requests are outstanding, and that is the most");
    }
  }

  private void submit(Status status) {
    submissions[(first + outstanding) % submissions.length] = status;
    outstanding++;
  }

  @Override
  public void flush() {
    requireOpen();
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    requireOpen();
    if (outstanding == 0) {
      throw new IllegalStateException("no request is outstanding");
    }
    Status status = submissions[first];
    first = (first + 1) % submissions.length;
    outstanding--;
    if (status == Status.FOUND) {
      give(sink);
    }
    return status;
  }

  @Override
  public boolean isReplyReady() {
    requireOpen();
    return outstanding > 0;
  }

  @Override
  public int outstanding() {
    return outstanding;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      last.close();
    }
  }
}
