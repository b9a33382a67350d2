// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import io.wisp.store.WriteBatch.Change;
import org.jspecify.annotations.Nullable;

/**
 * Writes that are decided and have not happened: a view of a store, in which they have. Each is
 * decided by what the store holds and what was decided before it, and is then no more than a value
 * under a key, with its expiry as a time, or the lack of one. So {@link #writes} can be put into a
 * log and carried out later, again, or elsewhere, and the same comes of it.
 *
 * <p>That holds as long as nobody else writes to the store: whoever decides is alone from {@link
 * #begin} until what was decided has happened.
 *
 * <p>While it is {@link #show shown} reads see what is pending; while it is not, they see the store
 * alone, and nothing can be written. Walks ({@link #scan}, {@link #choosingKey}) and {@link
 * #statistics} are always the store's. A record that is pending has a negative {@link
 * ValueSink#version version}.
 *
 * <p>It copies what is written, belongs to one thread, and is used again and again.
 */
public final class PendingWrites extends FutureStore {

  /** What a command may write: keys and values together, in bytes. */
  public static final int MAX_COMMAND_BYTES = 16 << 20;

  /** After so many bytes no other command is let in. */
  private static final int ENOUGH_BYTES = 1 << 20;

  /** What a record takes beside its key and value, and the index for it, at most. */
  private static final long RECORD_OVERHEAD = 48;

  private final StoreRoom storeRoom;
  private final PendingMemory copies = new PendingMemory();
  private boolean shown;
  private boolean clears;
  private boolean deciding;
  private long bytes;
  private long commandBytes;
  private long room;
  private boolean looked;

  // What a key is in the view, as it was looked at last.
  private boolean isThere;
  private long version;
  private long expiry;

  /** A view of a store in which nothing is pending, and to which nobody else writes ever. */
  public PendingWrites(Store store) {
    this(store, new StoreRoom(store));
  }

  /**
   * A view of a store in which nothing is pending.
   *
   * @param storeRoom shared by all who decide what is written to the store
   */
  public PendingWrites(Store store, StoreRoom storeRoom) {
    super(store);
    this.storeRoom = storeRoom;
  }

  /** Nothing is pending, and from now on nobody else writes to the store. */
  public void begin() {
    reset();
    room = storeRoom.left();
    looked = false;
  }

  /** Forgets what was pending. */
  @Override
  public void reset() {
    beginAnew();
    forgetBytes();
    shown = false;
    clears = false;
    deciding = false;
    commandBytes = 0;
  }

  private void forgetBytes() {
    storeRoom.use(bytes);
    copies.clear();
    bytes = 0;
  }

  /** Lets reads see what is pending, and a command write. */
  public void show() {
    shown = true;
    commandBytes = 0;
  }

  /** Lets reads see the store alone. */
  public void hide() {
    shown = false;
  }

  /** Whether reads see what is pending. */
  public boolean isShown() {
    return shown;
  }

  /** Whether a command may be let in that writes so many keys at most. */
  public boolean hasRoomFor(int keys) {
    return !deciding
        && (isEmpty() || (bytes < ENOUGH_BYTES && writes.size() + keys <= WriteBatch.MAX_KEYS));
  }

  /** Whether nothing is pending. */
  public boolean isEmpty() {
    return writes.size() == 0 && !clears;
  }

  /**
   * Whether a write ended in the midst of being decided, for want of heap. Then what is pending may
   * be half of it, and must not happen.
   */
  public boolean isHalfDecided() {
    return deciding;
  }

  /** Whether every record that the store has is to go first. */
  public boolean clears() {
    return clears;
  }

  /**
   * Puts and deletions, without conditions, each key once. They borrow memory from here until it is
   * {@link #reset}.
   */
  public WriteBatch writes() {
    return writes;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    if (!shown) {
      return store.get(key, sink);
    }
    sink.begin();
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    WriteBatch.Entry entry = writes.find(key);
    if (entry == null) {
      return clears ? Status.ABSENT : store.get(key, sink);
    }
    if (!isPresent(entry)) {
      return Status.ABSENT;
    }
    give(entry, sink);
    return Status.FOUND;
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    Status refusal = Status.refusalOf(key, value);
    if (refusal != null) {
      return refusal;
    }
    look(key);
    if (!holds(condition, expectedVersion)) {
      return Status.CONFLICT;
    }
    refusal = takeMemory(1, length(key, value));
    return refusal == null ? put(key, value, expiresAt) : refusal;
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    if (!shown && changesNothing(batch)) {
      // A transaction that has read, and wants to know whether that was all there at one moment.
      return store.writeAll(batch);
    }
    requireShown();
    Status refusal = prepare(batch);
    if (refusal != null) {
      return refusal;
    }
    for (int i = 0; i < batch.size(); i++) {
      // Again each time, for each put ends its own.
      deciding = true;
      WriteBatch.Entry wanted = batch.get(i);
      switch (wanted.change()) {
        case PUT -> {
          look(wanted.key());
          put(wanted.key(), wanted.value(), wanted.expiresAt());
        }
        case DELETE -> {
          look(wanted.key());
          remove(wanted.key());
        }
        case NONE -> {}
      }
    }
    deciding = false;
    return Status.DONE;
  }

  /** Takes memory for what a batch puts; the answer is why it is refused, or null. */
  private @Nullable Status prepare(WriteBatch batch) {
    if (batch.size() > WriteBatch.MAX_KEYS) {
      return Status.TRANSACTION_TOO_LARGE;
    }
    int puts = 0;
    long put = 0;
    long deleted = 0;
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry wanted = batch.get(i);
      Status refusal = wanted.refusal();
      if (refusal != null) {
        return refusal;
      }
      look(wanted.key());
      if (!holds(wanted.condition(), wanted.expectedVersion())) {
        return Status.CONFLICT;
      }
      switch (wanted.change()) {
        case PUT -> {
          puts++;
          put += length(wanted.key(), wanted.value());
        }
        case DELETE -> deleted += wanted.key().length();
        case NONE -> {}
      }
    }
    return exceeds(put + deleted) ? Status.ENTRY_TOO_LARGE : takeMemory(puts, put);
  }

  private static boolean changesNothing(WriteBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).change() != Change.NONE) {
        return false;
      }
    }
    return true;
  }

  /** Puts a value under the key that was looked at. The bytes for it were taken. */
  private Status put(Slice key, Slice value, long expiresAt) {
    boolean replaces = isThere;
    long expiry = expiresAt == KEEP_EXPIRY ? ownExpiry() : expiresAt;
    if (hasPassed(expiry)) {
      remove(key);
    } else {
      deciding = true;
      WriteBatch.Entry entry = entry(key);
      put(entry, copies.copyOf(value), expiry, replaces);
      deciding = false;
    }
    return replaces ? Status.REPLACED : Status.CREATED;
  }

  private long ownExpiry() {
    return isThere ? expiry : NEVER;
  }

  @Override
  Status remove(Slice key, WriteCondition condition, long expectedVersion) {
    Status status = presence(key, condition, expectedVersion);
    if (status != Status.FOUND) {
      return status;
    }
    if (exceeds(key.length())) {
      return Status.ENTRY_TOO_LARGE;
    }
    remove(key);
    return Status.DELETED;
  }

  /** Removes the key that was looked at. */
  private void remove(Slice key) {
    if (isThere) {
      deciding = true;
      delete(entry(key));
      count(1, key.length());
      deciding = false;
    }
  }

  /* With its value, so that what is pending says all that there is to know of a key. */
  @Override
  Status expire(Slice key, long expiresAt, WriteCondition condition, long expectedVersion) {
    Status status = presence(key, condition, expectedVersion);
    if (status != Status.FOUND) {
      return status;
    }
    if (hasPassed(expiresAt)) {
      remove(key);
      return Status.FOUND;
    }
    WriteBatch.Entry entry = writes.find(key);
    if (entry != null) {
      put(entry, entry.value(), expiresAt, true);
      return Status.FOUND;
    }
    ArraySink value = new ArraySink();
    if (store.get(key, value) != Status.FOUND) {
      return Status.ABSENT;
    }
    Slice own = Slice.of(value.value());
    Status refusal = takeMemory(1, length(key, own));
    if (refusal != null) {
      return refusal;
    }
    put(key, own, expiresAt);
    return Status.FOUND;
  }

  /** FOUND if a key is there and a condition holds. */
  private Status presence(Slice key, WriteCondition condition, long expectedVersion) {
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    look(key);
    if (!isThere) {
      return Status.ABSENT;
    }
    return holds(condition, expectedVersion) ? Status.FOUND : Status.CONFLICT;
  }

  private void look(Slice key) {
    requireShown();
    isThere = get(key, record) == Status.FOUND;
    version = isThere ? record.version() : 0;
    expiry = isThere ? record.expiresAt() : NEVER;
  }

  private boolean holds(WriteCondition condition, long expectedVersion) {
    return condition.holds(isThere, version, expectedVersion);
  }

  private static long length(Slice key, Slice value) {
    return (long) key.length() + value.length();
  }

  private boolean exceeds(long length) {
    return commandBytes + length > MAX_COMMAND_BYTES;
  }

  private void count(int records, long length) {
    commandBytes += length;
    bytes += size(records, length);
  }

  private static long size(int records, long length) {
    return records * RECORD_OVERHEAD + length;
  }

  /**
   * Takes memory for what a command puts; the answer is why there is none, or null.
   *
   * @param length of keys and values, in bytes
   */
  private @Nullable Status takeMemory(int records, long length) {
    if (exceeds(length)) {
      return Status.ENTRY_TOO_LARGE;
    }
    long size = size(records, length);
    // What puts nothing needs no room, of which there may be less than none after a restart.
    if (size > 0 && bytes + size > room && !hasRoomByALook(size)) {
      return Status.OUT_OF_MEMORY;
    }
    copies.reserve((int) size);
    count(records, length);
    return null;
  }

  /** One look is enough, for the store does not change before what is pending happens. */
  private boolean hasRoomByALook(long size) {
    if (!looked) {
      looked = true;
      room = storeRoom.look();
    }
    return bytes + size <= room;
  }

  private WriteBatch.Entry entry(Slice key) {
    WriteBatch.Entry entry = writes.find(key);
    return entry != null ? entry : writes.entry(copies.copyOf(key));
  }

  private void requireShown() {
    if (!shown) {
      throw new IllegalStateException("nobody let this write in");
    }
  }

  /** The number of records, those counted that are pending if they are shown. */
  @Override
  public long size() {
    if (!shown) {
      return store.size();
    }
    return (clears ? 0 : store.size()) + added();
  }

  /** At once: what is pending is forgotten, and the store is to be cleared before what follows. */
  @Override
  public Steps clearing() {
    requireShown();
    forgetWrites();
    forgetBytes();
    clears = true;
    room = storeRoom.lookWithoutRecords();
    looked = true;
    return () -> false;
  }

  @Override
  public Prefetcher prefetcher() {
    return store.prefetcher();
  }
}
