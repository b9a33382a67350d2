// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/** A store that hands every call on to another, for those that change what one of them does. */
public abstract class ForwardingStore implements Store {

  /** The store that the next call goes to. */
  protected abstract Store store();

  @Override
  public Status get(Slice key, ValueSink sink) {
    return store().get(key, sink);
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    return store().write(key, value, condition, expectedVersion, expiresAt);
  }

  @Override
  public Prefetcher prefetcher() {
    return store().prefetcher();
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    return store().writeAll(batch);
  }

  @Override
  public Status delete(Slice key) {
    return store().delete(key);
  }

  @Override
  public Status deleteIfVersion(Slice key, long expectedVersion) {
    return store().deleteIfVersion(key, expectedVersion);
  }

  @Override
  public Status expire(Slice key, long expiresAt) {
    return store().expire(key, expiresAt);
  }

  @Override
  public Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return store().expireIfVersion(key, expiresAt, expectedVersion);
  }

  @Override
  public boolean contains(Slice key) {
    return store().contains(key);
  }

  @Override
  public long size() {
    return store().size();
  }

  @Override
  public long currentTimeMillis() {
    return store().currentTimeMillis();
  }

  @Override
  public Steps clearing() {
    return store().clearing();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return store().scan(cursor, atLeast, sink);
  }

  @Override
  public Steps choosingKey(KeySink sink) {
    return store().choosingKey(sink);
  }

  @Override
  public StoreStatistics statistics() {
    return store().statistics();
  }

  @Override
  public boolean maintain(long nanoseconds) {
    return store().maintain(nanoseconds);
  }

  @Override
  public void close() {
    store().close();
  }
}
