package io.wisp.cli.fake;

import io.wisp.store.HeapStore;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;

/** Gives back the value of one key with one bit changed, and is right otherwise. */
public final class CorruptStore implements Store {

  private final Store store = new HeapStore();
  private final String corruptKey;
  private final int corruptByte;

  /** A store that is wrong about one byte of one key's values. */
  public CorruptStore(String corruptKey, int corruptByte) {
    this.corruptKey = corruptKey;
    this.corruptByte = corruptByte;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    Status status = store.get(key, sink);
    if (status == Status.FOUND && key.toString().equals(corruptKey)) {
      corrupt(key, sink);
    }
    return status;
  }

  private void corrupt(Slice key, ValueSink sink) {
    try (ValueBuffer right = new ValueBuffer()) {
      store.get(key, right);
      byte[] bytes = right.toByteArray();
      bytes[corruptByte] ^= 1;
      sink.take(MemorySegment.ofArray(bytes), 0, bytes.length, right.version(), right.expiresAt());
    }
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    return store.write(key, value, condition, expectedVersion, expiresAt);
  }

  @Override
  public Status delete(Slice key) {
    return store.delete(key);
  }

  @Override
  public Status deleteIfVersion(Slice key, long expectedVersion) {
    return store.deleteIfVersion(key, expectedVersion);
  }

  @Override
  public Status expire(Slice key, long expiresAt) {
    return store.expire(key, expiresAt);
  }

  @Override
  public Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return store.expireIfVersion(key, expiresAt, expectedVersion);
  }

  @Override
  public boolean contains(Slice key) {
    return store.contains(key);
  }

  @Override
  public long size() {
    return store.size();
  }

  @Override
  public Steps clearing() {
    return store.clearing();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return store.scan(cursor, atLeast, sink);
  }

  @Override
  public Steps choosingKey(KeySink sink) {
    return store.choosingKey(sink);
  }

  @Override
  public StoreStatistics statistics() {
    return store.statistics();
  }

  @Override
  public boolean maintain(long nanoseconds) {
    return store.maintain(nanoseconds);
  }

  @Override
  public void close() {
    store.close();
  }
}
