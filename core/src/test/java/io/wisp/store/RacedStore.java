package io.wisp.store;

import java.util.function.Consumer;

/** A {@link HeapStore} in which somebody else writes once, at the worst moment of a get. */
public final class RacedStore implements Store {

  /** When somebody else writes. */
  public enum Moment {
    /** When the value was copied, and before the get answers, for what is there after that. */
    WHILE_COPYING,
    /** When the get is over, and before what was read is used. */
    AFTER_READING
  }

  private final HeapStore store;
  private final Moment moment;
  private final Consumer<Store> other;
  private boolean over;

  /** A store in which another writes at a moment of the first get that finds something. */
  public RacedStore(HeapStore store, Moment moment, Consumer<Store> other) {
    this.store = store;
    this.moment = moment;
    this.other = other;
  }

  /** Whether the other has written. */
  public boolean isOver() {
    return over;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    Status status = store.get(key, sink);
    if (over || status != Status.FOUND) {
      return status;
    }
    over = true;
    other.accept(store);
    // Begins again, with the bytes of before in the sink.
    return moment == Moment.WHILE_COPYING ? store.get(key, sink) : status;
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
  public long currentTimeMillis() {
    return store.currentTimeMillis();
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
