package io.wisp.transport;

import io.wisp.store.HeapStore;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteCondition;
import java.util.concurrent.atomic.AtomicLong;

/** A store that counts its calls. */
final class WatchedStore implements Store {

  private final Store store = new HeapStore();
  private final AtomicLong calls = new AtomicLong();

  long calls() {
    return calls.get();
  }

  private Store watched() {
    calls.incrementAndGet();
    return store;
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    return watched().write(key, value, condition, expectedVersion, expiresAt);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    return watched().get(key, sink);
  }

  @Override
  public Status delete(Slice key) {
    return watched().delete(key);
  }

  @Override
  public Status deleteIfVersion(Slice key, long expectedVersion) {
    return watched().deleteIfVersion(key, expectedVersion);
  }

  @Override
  public Status expire(Slice key, long expiresAt) {
    return watched().expire(key, expiresAt);
  }

  @Override
  public Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return watched().expireIfVersion(key, expiresAt, expectedVersion);
  }

  @Override
  public boolean contains(Slice key) {
    return watched().contains(key);
  }

  @Override
  public long size() {
    return watched().size();
  }

  @Override
  public Steps clearing() {
    return watched().clearing();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return watched().scan(cursor, atLeast, sink);
  }

  @Override
  public Steps choosingKey(KeySink sink) {
    return watched().choosingKey(sink);
  }

  @Override
  public StoreStatistics statistics() {
    return watched().statistics();
  }

  @Override
  public boolean maintain(long nanoseconds) {
    return watched().maintain(nanoseconds);
  }

  @Override
  public void close() {
    watched().close();
  }
}
