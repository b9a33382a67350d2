// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * A store as it will be when writes have happened that are still to happen: what {@link
 * Transaction} and {@link PendingWrites} have in common. The writes are those of a batch. A record
 * that is one of them has a negative version, as no record of the store has.
 */
abstract class FutureStore implements Store {

  final Store store;
  final WriteBatch writes = new WriteBatch();

  /** What was found of a key that was looked at, but for its value. */
  final RecordSink record = new RecordSink();

  private long added;
  private long lastVersion;

  FutureStore(Store store) {
    this.store = store;
  }

  /** Forgets what was written. */
  abstract void reset();

  /** Removes a key if it is there and a condition holds, as {@link #deleteIfVersion}. */
  abstract Status remove(Slice key, WriteCondition condition, long expectedVersion);

  /** Gives a key another expiry if a condition holds, as {@link #expireIfVersion}. */
  abstract Status expire(Slice key, long expiresAt, WriteCondition condition, long expectedVersion);

  /** Whether a key that the batch has is there in the view. */
  final boolean isPresent(WriteBatch.Entry entry) {
    return switch (entry.change()) {
      case PUT -> !hasPassed(entry.expiresAt());
      case DELETE -> false;
      case NONE -> entry.condition() == WriteCondition.IF_VERSION;
    };
  }

  final boolean hasPassed(long expiresAt) {
    return expiresAt != NEVER && expiresAt <= store.currentTimeMillis();
  }

  /** Copies a value that was written to a sink. */
  static void give(WriteBatch.Entry entry, ValueSink sink) {
    Slice value = entry.value();
    sink.take(
        value.segment(), value.offset(), value.length(), entry.writtenVersion(), entry.expiresAt());
  }

  /**
   * Writes a value, which the batch borrows.
   *
   * @param replaces whether the key was there in the view
   */
  final void put(WriteBatch.Entry entry, Slice value, long expiresAt, boolean replaces) {
    entry.put(value, expiresAt);
    entry.writtenVersion(--lastVersion);
    added += replaces ? 0 : 1;
  }

  /** Removes a key that was there in the view. */
  final void delete(WriteBatch.Entry entry) {
    entry.delete();
    added--;
  }

  /** Forgets the writes, and goes on with the versions. */
  final void forgetWrites() {
    writes.clear();
    added = 0;
  }

  /** Forgets the writes and their versions. */
  final void beginAnew() {
    forgetWrites();
    lastVersion = 0;
  }

  /** How many records more there are in the view than in the store; negative if there are fewer. */
  final long added() {
    return added;
  }

  @Override
  public final boolean contains(Slice key) {
    return get(key, record) == Status.FOUND;
  }

  @Override
  public final Status delete(Slice key) {
    return remove(key, WriteCondition.ALWAYS, 0);
  }

  @Override
  public final Status deleteIfVersion(Slice key, long expectedVersion) {
    return remove(key, WriteCondition.IF_VERSION, expectedVersion);
  }

  @Override
  public final Status expire(Slice key, long expiresAt) {
    return expire(key, expiresAt, WriteCondition.ALWAYS, 0);
  }

  @Override
  public final Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return expire(key, expiresAt, WriteCondition.IF_VERSION, expectedVersion);
  }

  /** The number of records in the store, those counted that the view has added and removed. */
  @Override
  public long size() {
    return store.size() + added;
  }

  @Override
  public final long scan(long cursor, int atLeast, KeySink sink) {
    return store.scan(cursor, atLeast, sink);
  }

  @Override
  public final Steps choosingKey(KeySink sink) {
    return store.choosingKey(sink);
  }

  @Override
  public final StoreStatistics statistics() {
    return store.statistics();
  }

  @Override
  public final long currentTimeMillis() {
    return store.currentTimeMillis();
  }

  @Override
  public final boolean maintain(long nanoseconds) {
    return false;
  }

  /** Forgets what was written. The store stays open. */
  @Override
  public final void close() {
    reset();
  }
}
