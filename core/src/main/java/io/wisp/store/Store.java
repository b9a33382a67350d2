// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * A key-value store in the memory of this process, used by many threads at once.
 *
 * <p>Each record has a version, which grows with every write of its key and is never given twice,
 * and may have an expiry. Times are milliseconds since the epoch by the store's own clock.
 */
public interface Store extends KeyValue, ExpiryTimes {

  /**
   * Stores a value under a key if a condition holds. All other writes of one key are special cases
   * of it.
   *
   * <p>The memory of key and value must not change during the call: it is read more than once.
   *
   * @param expectedVersion the version for {@link WriteCondition#IF_VERSION}, else ignored
   * @param expiresAt the time from which the record is absent, {@link #NEVER} or {@link
   *     #KEEP_EXPIRY}; a time that has passed is stored as well, and the record is absent at once
   *     and for good, whatever clocks say later
   * @return {@link Status#CREATED}, {@link Status#REPLACED}, {@link Status#CONFLICT}, or an error
   */
  Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt);

  /**
   * {@link #write(Slice, Slice, WriteCondition, long, long)} that also says where the record went.
   *
   * @param written takes it, if others can read the store's memory
   */
  default Status write(
      Slice key,
      Slice value,
      WriteCondition condition,
      long expectedVersion,
      long expiresAt,
      WrittenRecord written) {
    written.begin();
    return write(key, value, condition, expectedVersion, expiresAt);
  }

  @Override
  default Status put(Slice key, Slice value) {
    return write(key, value, WriteCondition.ALWAYS, 0, NEVER);
  }

  /**
   * Does what a batch says, all of it or, if the answer is a conflict or an error, nothing.
   *
   * <p>In the eyes of all it happens at one moment, and then all that the batch requires holds:
   * whoever has found one of the new values, or one of the deleted keys absent, finds no older
   * value of another key later. Writes of its keys, and reads that meet it, wait until it is done;
   * so no batch has more than {@link WriteBatch#MAX_KEYS} keys.
   *
   * @return {@link Status#DONE}; {@link Status#CONFLICT} if a condition does not hold; or an error
   */
  Status writeAll(WriteBatch batch);

  /**
   * Runs work that reads and writes through a transaction, and in the eyes of all does so at one
   * moment. If others write one of its keys meanwhile, it runs again.
   *
   * @param transaction of this store; it is empty afterwards
   * @param work does nothing else that another run does not replace, and writes to no store but
   *     through the transaction
   * @return {@link Status#DONE}; {@link Status#CONFLICT} if the work {@link Transaction#rollBack
   *     rolled back}; or an error, and then nothing was written
   */
  default Status transact(Transaction transaction, Runnable work) {
    try {
      Status status;
      do {
        status = tryTransact(transaction, work);
      } while (status == Status.CONFLICT && !transaction.isRolledBack());
      return status;
    } finally {
      transaction.reset();
    }
  }

  /**
   * One attempt at {@link #transact}: {@link Status#CONFLICT} also if somebody has disturbed it.
   */
  default Status tryTransact(Transaction transaction, Runnable work) {
    Status status = transaction.run(work);
    return status == Status.DONE ? writeAll(transaction.writes()) : status;
  }

  /** Stores a value if the key is absent. */
  default Status putIfAbsent(Slice key, Slice value) {
    return write(key, value, WriteCondition.IF_ABSENT, 0, NEVER);
  }

  /** Replaces the value of a record that still has the version that a reader saw. */
  default Status compareAndSet(Slice key, Slice value, long expectedVersion) {
    return write(key, value, WriteCondition.IF_VERSION, expectedVersion, KEEP_EXPIRY);
  }

  /**
   * Removes a key if it still has the version that a reader saw.
   *
   * @return {@link Status#DELETED}, {@link Status#ABSENT} or {@link Status#CONFLICT}; or an error
   */
  Status deleteIfVersion(Slice key, long expectedVersion);

  /**
   * Gives a record another expiry, with a new version and the same value.
   *
   * @param expiresAt as in {@link #write}, without {@link #KEEP_EXPIRY}; a time that has passed
   *     removes the record
   * @return {@link Status#FOUND} or {@link Status#ABSENT}; or an error
   */
  Status expire(Slice key, long expiresAt);

  /**
   * {@link #expire} if the record still has the version that a reader saw.
   *
   * @return {@link Status#FOUND}, {@link Status#ABSENT} or {@link Status#CONFLICT}; or an error
   */
  Status expireIfVersion(Slice key, long expiresAt, long expectedVersion);

  /**
   * Reads a record and changes it by what it is; in the eyes of all others both happen at once.
   *
   * @param old takes what there is, for the update to look at, also after this
   * @return what the change answered: {@link Status#CREATED}, {@link Status#REPLACED} or {@link
   *     Status#DELETED}; {@link Status#FOUND} for another expiry; if nothing was changed, {@link
   *     Status#FOUND} or {@link Status#ABSENT}; or an error
   */
  default <S extends ValueSink> Status update(Slice key, S old, Update<S> update) {
    Status status;
    do {
      status = tryUpdate(key, old, update);
    } while (status == Status.CONFLICT);
    return status;
  }

  /** One attempt at an {@link #update}: {@link Status#CONFLICT} if somebody wrote in between. */
  default <S extends ValueSink> Status tryUpdate(Slice key, S old, Update<S> update) {
    Status found = get(key, old);
    if (found.isError()) {
      return found;
    }
    Status changed =
        switch (update.decide(old)) {
          case NONE -> found;
          case WRITE ->
              old.isFound()
                  ? write(
                      key,
                      update.value(),
                      WriteCondition.IF_VERSION,
                      old.version(),
                      update.expiresAt())
                  : write(key, update.value(), WriteCondition.IF_ABSENT, 0, update.expiresAt());
          case EXPIRE -> expireIfVersion(key, update.expiresAt(), old.version());
          case DELETE -> deleteIfVersion(key, old.version());
        };
    return changed == Status.ABSENT && old.isFound() ? Status.CONFLICT : changed;
  }

  /** Whether the key is there. */
  boolean contains(Slice key);

  /** The number of records, those included that have expired and were not yet reclaimed. */
  long size();

  /** Removes every record that was there when the call began. */
  default void clear() {
    finish(clearing());
  }

  /** {@link #clear} in steps: removes every record that was there when this call was made. */
  Steps clearing();

  /**
   * Walks over a part of the store. Start with cursor 0 and pass on what each call returns, until
   * it returns 0. A record that is there during the whole walk is given at least once. Other
   * records may be given or not. The walk ends although others write, unless they create records
   * many times as fast as it goes by.
   *
   * @param atLeast how many keys to give before stopping, if there are so many; a call may give
   *     fewer, or none, and yet not be the last, so that it ends soon where keys are rare
   * @return the next cursor, never negative, or 0 at the end
   */
  long scan(long cursor, int atLeast, KeySink sink);

  /**
   * Gives a key chosen at random.
   *
   * @return {@link Status#FOUND}, or {@link Status#ABSENT} if the store is empty
   */
  default Status randomKey(KeySink sink) {
    boolean[] given = new boolean[1];
    finish(
        choosingKey(
            (segment, offset, length) -> {
              given[0] = true;
              sink.accept(segment, offset, length);
            }));
    return given[0] ? Status.FOUND : Status.ABSENT;
  }

  /** {@link #randomKey} in steps: the last one gives the key, if there is any. */
  Steps choosingKey(KeySink sink);

  private static void finish(Steps steps) {
    boolean more = true;
    while (more) {
      more = steps.next();
    }
  }

  /** What the store holds and has done so far. Counters grow from 0 at its creation. */
  StoreStatistics statistics();

  /** The time by the store's own clock, which expiries are compared with. */
  default long currentTimeMillis() {
    return System.currentTimeMillis();
  }

  /** What loads the memory of several keys before they are read or written, for one thread. */
  default Prefetcher prefetcher() {
    return Prefetcher.NONE;
  }

  /**
   * Whether it matters to the store what is read without asking it, because it removes what is not
   * read for long.
   */
  default boolean wantsReads() {
    return false;
  }

  /**
   * Takes note that a key was read without asking the store. It is a hint: a hash of no key that is
   * there does nothing.
   *
   * @param keyHash of the key, as readers of the store's memory compute it
   */
  default void noteRead(long keyHash) {}

  /**
   * Does a bounded piece of the work that no request waits for: reclaiming expired records and
   * making free memory contiguous. A server calls it again and again from a thread of its own.
   *
   * @param nanoseconds about how long it may take
   * @return whether there was more to do
   */
  boolean maintain(long nanoseconds);
}
