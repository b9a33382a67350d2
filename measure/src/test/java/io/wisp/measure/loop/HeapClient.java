// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.store.HeapStore;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** A client of a store in this process, which counts what it is asked. */
class HeapClient implements Client {

  final Store store = new HeapStore();
  final Queue<Function<ValueSink, Status>> submitted = new ArrayDeque<>();
  int gets;
  int flushes;
  int mostOutstanding;

  @Override
  public String description() {
    return "heap client";
  }

  @Override
  public Status put(Slice key, Slice value) {
    return store.put(key, value);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    gets++;
    return store.get(key, sink);
  }

  @Override
  public Status delete(Slice key) {
    return store.delete(key);
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    Slice keyCopy = Slice.of(key.toByteArray());
    Slice valueCopy = Slice.of(value.toByteArray());
    submit(sink -> put(keyCopy, valueCopy));
  }

  @Override
  public void submitGet(Slice key) {
    Slice copy = Slice.of(key.toByteArray());
    submit(sink -> get(copy, sink));
  }

  @Override
  public void submitDelete(Slice key) {
    Slice copy = Slice.of(key.toByteArray());
    submit(sink -> delete(copy));
  }

  private void submit(Function<ValueSink, Status> request) {
    submitted.add(request);
    mostOutstanding = Math.max(mostOutstanding, submitted.size());
  }

  @Override
  public void flush() {
    flushes++;
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    return submitted.remove().apply(sink);
  }

  @Override
  public boolean isReplyReady() {
    return !submitted.isEmpty();
  }

  @Override
  public int outstanding() {
    return submitted.size();
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void submitWriteAll(WriteBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Status add(Slice key, long amount, LongConsumer sum) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean contains(Slice key) {
    return store.contains(key);
  }

  @Override
  public long timeToLive(Slice key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return store.scan(cursor, atLeast, sink);
  }

  @Override
  public String information() {
    return "";
  }

  @Override
  public void close() {
    store.close();
  }
}
