// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import io.wisp.store.WriteBatch.Change;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes of many keys that happen at one moment: a view of a store for the work of {@link
 * Store#transact}. Its reads are the store's, but for what the work has written; its writes stay in
 * the view until the work has ended. Then they happen at once, if every key that the work has
 * looked at is still as it was; so the work has read what was there at that moment. If it is not,
 * the work runs again.
 *
 * <p>Until then the work may have seen one key before and another after a write of somebody else.
 * Only what it did last counts, so it does nothing that another run does not replace.
 *
 * <p>{@link #scan}, {@link #clearing}, {@link #choosingKey} and {@link #statistics} are the store's
 * own: they do not see what the work has written, and what they do happens at once. A record that
 * the work has written has a negative {@link ValueSink#version version} in the view.
 *
 * <p>It may touch {@link WriteBatch#MAX_KEYS} keys, and read and write {@link #MAX_BYTES} bytes of
 * keys and values; what is beyond is answered by {@link Status#TRANSACTION_TOO_LARGE}, and so is
 * the transaction then. A write copies its key and value; all transactions together have a quarter
 * of the heap for that, and who finds no more gets that status too. A transaction belongs to one
 * thread, is used again and again, and allocates only while it grows.
 */
public final class Transaction extends FutureStore {

  /**
   * The most bytes that are read and written. Others may have to wait for as long as it takes to
   * copy them.
   */
  public static final long MAX_BYTES = 4L * Limits.MAX_VALUE_LENGTH;

  private final TransactionMemory copies = new TransactionMemory();
  private final CopySink copy = new CopySink(copies);
  private final Slice slice = new Slice();

  /** Why nothing can be written any more; DONE if there is no reason. */
  private Status failure = Status.DONE;

  private boolean running;
  private boolean rolledBack;
  private boolean disturbed;
  private long bytes;

  /** A view of a store. */
  public Transaction(Store store) {
    super(store);
  }

  /**
   * Runs the work from a new beginning.
   *
   * @return {@link Status#DONE} if {@link #writes} are to be written now; {@link Status#CONFLICT}
   *     if somebody else has written meanwhile, or the work {@link #isRolledBack rolled back}; or
   *     an error
   * @throws IllegalStateException if it is called by such work
   */
  public Status run(Runnable work) {
    if (running) {
      throw new IllegalStateException("the work of a transaction runs it again, and not its view");
    }
    reset();
    running = true;
    try {
      work.run();
    } finally {
      running = false;
    }
    if (failure.isError()) {
      return failure;
    }
    return rolledBack || disturbed ? Status.CONFLICT : Status.DONE;
  }

  /** What the work has looked at and written, until {@link #reset} or another run. */
  public WriteBatch writes() {
    return writes;
  }

  /** Forgets what the work did, and gives memory back that is more than usual. */
  @Override
  public void reset() {
    beginAnew();
    copies.clear();
    copy.forget();
    slice.set(MemorySegment.NULL, 0, 0);
    failure = Status.DONE;
    rolledBack = false;
    disturbed = false;
    bytes = 0;
  }

  /** Has nothing written, whatever the work does before or after this. */
  public void rollBack() {
    rolledBack = true;
  }

  /** Whether the work rolled back. */
  public boolean isRolledBack() {
    return rolledBack;
  }

  /**
   * Whether a key is as it was when somebody looked at it before.
   *
   * @param version that its record had, or 0 if it was absent
   */
  public boolean expect(Slice key, long version) {
    if (Status.refusalOf(key) != null) {
      return version == 0;
    }
    WriteBatch.Entry entry = entry(key);
    return entry != null && version(entry) == version;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    Status refusal = refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    WriteBatch.Entry entry = writes.find(key);
    if (entry == null || entry.change() == Change.NONE) {
      return read(key, entry, sink);
    }
    if (!isPresent(entry)) {
      return Status.ABSENT;
    }
    give(entry, sink);
    return takeFrom(sink) ? Status.FOUND : failure;
  }

  /** Reads a key that the work has not written, and remembers what was there. */
  private Status read(Slice key, WriteBatch.@Nullable Entry known, ValueSink sink) {
    if (known == null && !(mayNameAnother() && take(key.length()))) {
      return failure;
    }
    Status status = store.get(key, sink);
    if (status.isError()) {
      return status;
    }
    boolean isFound = status == Status.FOUND;
    if (isFound && !takeFrom(sink)) {
      return failure;
    }
    long version = isFound ? sink.version() : 0;
    WriteBatch.Entry entry = known;
    if (entry == null) {
      Slice copied = copies.tryCopy(key, slice);
      if (copied == null) {
        sink.begin();
        return fail(Status.TRANSACTION_TOO_LARGE);
      }
      entry = writes.entry(copied);
    } else if (version(entry) != version) {
      disturbed = true;
    }
    entry.require(isFound ? WriteCondition.IF_VERSION : WriteCondition.IF_ABSENT, version);
    entry.leave(isFound ? sink.expiresAt() : NEVER);
    return status;
  }

  /** What is known of a key, which is read for that if it was not; or null if that failed. */
  private WriteBatch.@Nullable Entry entry(Slice key) {
    WriteBatch.Entry entry = writes.find(key);
    if (entry == null && read(key, null, record).isError()) {
      return null;
    }
    return entry == null ? writes.find(key) : entry;
  }

  private @Nullable Status refusalOf(Slice key) {
    return failure.isError() ? failure : Status.refusalOf(key);
  }

  /** Whether there may be one key more. */
  private boolean mayNameAnother() {
    if (writes.size() < WriteBatch.MAX_KEYS) {
      return true;
    }
    fail(Status.TRANSACTION_TOO_LARGE);
    return false;
  }

  /** Counts bytes that are read or copied; the answer is whether there may be so many. */
  private boolean take(int length) {
    bytes += length;
    if (bytes <= MAX_BYTES) {
      return true;
    }
    fail(Status.TRANSACTION_TOO_LARGE);
    return false;
  }

  /** The same for what a sink has copied; if that is too much, it has found nothing. */
  private boolean takeFrom(ValueSink sink) {
    boolean may = take(sink.copiedLength());
    if (!may) {
      sink.begin();
    }
    return may;
  }

  private Status fail(Status why) {
    failure = why;
    return why;
  }

  /** The version of what the view has of a key, or 0 if it is absent there. */
  private long version(WriteBatch.Entry entry) {
    if (!isPresent(entry)) {
      return 0;
    }
    return entry.change() == Change.PUT ? entry.writtenVersion() : entry.expectedVersion();
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    Status refusal = failure.isError() ? failure : Status.refusalOf(key, value);
    if (refusal != null) {
      return refusal;
    }
    WriteBatch.Entry entry = entry(key);
    if (entry == null) {
      return failure;
    }
    boolean isPresent = isPresent(entry);
    if (!holds(entry, condition, expectedVersion)) {
      return Status.CONFLICT;
    }
    if (!take(value.length())) {
      return failure;
    }
    if (copies.tryCopy(value, slice) == null) {
      return fail(Status.TRANSACTION_TOO_LARGE);
    }
    long ownExpiry = isPresent ? entry.expiresAt() : NEVER;
    put(entry, slice, expiresAt == KEEP_EXPIRY ? ownExpiry : expiresAt, isPresent);
    return isPresent ? Status.REPLACED : Status.CREATED;
  }

  private boolean holds(WriteBatch.Entry entry, WriteCondition condition, long expectedVersion) {
    return condition.holds(isPresent(entry), version(entry), expectedVersion);
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry wanted = batch.get(i);
      Status refusal = failure.isError() ? failure : wanted.refusal();
      if (refusal != null) {
        return refusal;
      }
      WriteBatch.Entry entry = entry(wanted.key());
      if (entry == null) {
        return failure;
      }
      if (!holds(entry, wanted.condition(), wanted.expectedVersion())) {
        return Status.CONFLICT;
      }
    }
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry wanted = batch.get(i);
      Status status =
          switch (wanted.change()) {
            case PUT ->
                write(wanted.key(), wanted.value(), WriteCondition.ALWAYS, 0, wanted.expiresAt());
            case DELETE -> delete(wanted.key());
            case NONE -> Status.DONE;
          };
      if (status.isError()) {
        return status;
      }
    }
    return Status.DONE;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Work within the work of this transaction is a part of it.
   */
  @Override
  public Status transact(Transaction transaction, Runnable work) {
    if (transaction != this) {
      throw new IllegalArgumentException("the work of a transaction is in another one");
    }
    work.run();
    return rolledBack && !failure.isError() ? Status.CONFLICT : failure;
  }

  @Override
  Status remove(Slice key, WriteCondition condition, long expectedVersion) {
    Status status = presence(key, condition, expectedVersion);
    if (status != Status.FOUND) {
      return status;
    }
    delete(Objects.requireNonNull(entry(key)));
    return Status.DELETED;
  }

  /** FOUND if a key is there and a condition holds. */
  private Status presence(Slice key, WriteCondition condition, long expectedVersion) {
    Status refusal = refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    WriteBatch.Entry entry = entry(key);
    if (entry == null) {
      return failure;
    }
    if (!isPresent(entry)) {
      return Status.ABSENT;
    }
    return holds(entry, condition, expectedVersion) ? Status.FOUND : Status.CONFLICT;
  }

  @Override
  Status expire(Slice key, long expiresAt, WriteCondition condition, long expectedVersion) {
    Status status = presence(key, condition, expectedVersion);
    if (status != Status.FOUND) {
      return status;
    }
    if (hasPassed(expiresAt)) {
      remove(key, WriteCondition.ALWAYS, 0);
      return Status.FOUND;
    }
    WriteBatch.Entry entry = Objects.requireNonNull(entry(key));
    if (entry.change() == Change.PUT) {
      put(entry, entry.value(), expiresAt, true);
      return Status.FOUND;
    }
    // With its value: a batch changes no expiry in place.
    Status read = read(key, entry, copy.anew());
    if (read == Status.FOUND) {
      Slice value = copy.value();
      if (value == null) {
        return fail(Status.TRANSACTION_TOO_LARGE);
      }
      put(entry, value, expiresAt, true);
    }
    return read;
  }

  @Override
  public Steps clearing() {
    return store.clearing();
  }
}
