// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Store#writeAll} does at one moment: for each of its keys what is to become of it, and
 * what must hold before. A key is there once: what is said of it last counts, and nothing of what
 * was said before. It is made once and filled anew for every write, and allocates only while it
 * grows.
 *
 * <p>It borrows the memory of keys and values, which must not change until the write has returned.
 * It belongs to one thread.
 */
public final class WriteBatch {

  /**
   * The most keys that are written at one moment. Others wait for as long as it takes: 0.5 to 2
   * microseconds a key of 16 and a value of 100 bytes.
   */
  public static final int MAX_KEYS = 8192;

  /** What becomes of a key. */
  public enum Change {
    /** It has a value, whether it was there or not. */
    PUT,
    /** It is absent, whether it was there or not. */
    DELETE,
    /** Nothing. What was required of it must hold all the same. */
    NONE
  }

  private static final int INITIAL_CAPACITY = 16;

  private final KeyHasher hasher = new KeyHasher();
  private Entry[] entries = new Entry[0];
  private int size;
  private long lastVersion;

  /** Entries by their hashes, with open addressing: the number of an entry plus 1, or 0. */
  private int[] table = new int[2 * INITIAL_CAPACITY];

  /** How many keys there are. */
  public int size() {
    return size;
  }

  /** What is said of a key; keys are numbered from 0 in the order in which they were named. */
  public Entry get(int number) {
    return entries[number];
  }

  /** Stores a value under a key, whatever is there; it will not expire. */
  public void put(Slice key, Slice value) {
    put(key, value, ExpiryTimes.NEVER, WriteCondition.ALWAYS, 0);
  }

  /**
   * Stores a value under a key if a condition holds; if it does not, nothing of the batch is done.
   *
   * @param expiresAt as in {@link Store#write}
   * @param expectedVersion the version for {@link WriteCondition#IF_VERSION}, else ignored
   */
  public void put(
      Slice key, Slice value, long expiresAt, WriteCondition condition, long expectedVersion) {
    Entry entry = entry(key);
    entry.require(condition, expectedVersion);
    entry.put(value, expiresAt);
  }

  /**
   * Stores a value under a key, whatever is there, as the record that it was elsewhere: with a
   * version that the caller knows, from a log for instance. It must be greater than all versions
   * that the store has given, and than those that other batches gave to the key; the store gives
   * none below it later. A batch gives versions to all of its values or to none.
   *
   * @param expiresAt a time or {@link ExpiryTimes#NEVER}
   * @param version greater than 0
   */
  public void putAs(Slice key, Slice value, long expiresAt, long version) {
    Entry entry = entry(key);
    entry.require(WriteCondition.ALWAYS, 0);
    entry.put(value, expiresAt);
    entry.version = version;
    lastVersion = Math.max(lastVersion, version);
  }

  /** The greatest version that {@link #putAs} gives; 0 if the store gives them. */
  public long lastVersion() {
    return lastVersion;
  }

  /** Removes a key, if it is there and a condition holds; as {@link #put} else. */
  public void delete(Slice key, WriteCondition condition, long expectedVersion) {
    Entry entry = entry(key);
    entry.require(condition, expectedVersion);
    entry.delete();
  }

  /** Leaves a key as it is, and has nothing done if a condition does not hold. */
  public void require(Slice key, WriteCondition condition, long expectedVersion) {
    Entry entry = entry(key);
    entry.require(condition, expectedVersion);
    entry.leave(ExpiryTimes.NEVER);
  }

  /** What it is refused with whatever is in the store, or null. */
  public @Nullable Status refusal() {
    if (size > MAX_KEYS) {
      return Status.TRANSACTION_TOO_LARGE;
    }
    for (int i = 0; i < size; i++) {
      Status refusal = entries[i].refusal();
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  /** What was said of a key, or null. */
  @Nullable Entry find(Slice key) {
    int number = table[place(key, hasher.hash(key))];
    return number == 0 ? null : entries[number - 1];
  }

  /** The entry of a key, which is made if there is none. */
  Entry entry(Slice key) {
    long hash = hasher.hash(key);
    int place = place(key, hash);
    if (table[place] != 0) {
      return entries[table[place] - 1];
    }
    if (2 * (size + 1) > table.length) {
      rehash(2 * table.length);
      place = place(key, hash);
    }
    if (size == entries.length) {
      grow();
    }
    Entry entry = entries[size++];
    entry.begin(key, hash);
    table[place] = size;
    return entry;
  }

  private void grow() {
    int before = entries.length;
    Entry[] grown = Arrays.copyOf(entries, Math.max(INITIAL_CAPACITY, 2 * before));
    for (int i = before; i < grown.length; i++) {
      grown[i] = new Entry();
    }
    // Last, since an OutOfMemoryError may have come before.
    entries = grown;
  }

  private void rehash(int places) {
    table = new int[places];
    for (int number = 1; number <= size; number++) {
      int place = (int) entries[number - 1].hash & (places - 1);
      while (table[place] != 0) {
        place = (place + 1) & (places - 1);
      }
      table[place] = number;
    }
  }

  /** Where in the table the entry of a key is, or may be put. */
  private int place(Slice key, long hash) {
    int mask = table.length - 1;
    int place = (int) hash & mask;
    while (table[place] != 0) {
      Entry entry = entries[table[place] - 1];
      if (entry.hash == hash && areEqual(entry.key, key)) {
        break;
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  private static boolean areEqual(Slice one, Slice other) {
    return one.length() == other.length()
        && MemorySegment.mismatch(
                one.segment(),
                one.offset(),
                one.offset() + one.length(),
                other.segment(),
                other.offset(),
                other.offset() + other.length())
            < 0;
  }

  /** Forgets all keys and where their memory is. */
  public void clear() {
    for (int i = 0; i < size; i++) {
      int place = (int) entries[i].hash & (table.length - 1);
      while (table[place] != 0) {
        table[place] = 0;
        place = (place + 1) & (table.length - 1);
      }
      entries[i].forget();
    }
    size = 0;
    lastVersion = 0;
  }

  /** What is said of a key. */
  public static final class Entry {

    private final Slice key = new Slice();
    private final Slice value = new Slice();
    private long hash;
    private Change change = Change.NONE;
    private WriteCondition condition = WriteCondition.ALWAYS;
    private long expectedVersion;
    private long expiresAt;
    private long writtenVersion;
    private long version;

    private Entry() {}

    private void begin(Slice key, long hash) {
      this.key.set(key.segment(), key.offset(), key.length());
      this.hash = hash;
      change = Change.NONE;
      require(WriteCondition.ALWAYS, 0);
    }

    private void forget() {
      key.set(MemorySegment.NULL, 0, 0);
      value.set(MemorySegment.NULL, 0, 0);
    }

    void require(WriteCondition condition, long expectedVersion) {
      this.condition = condition;
      this.expectedVersion = expectedVersion;
    }

    void put(Slice value, long expiresAt) {
      change = Change.PUT;
      version = 0;
      this.value.set(value.segment(), value.offset(), value.length());
      this.expiresAt = expiresAt;
    }

    void delete() {
      change = Change.DELETE;
    }

    void leave(long expiresAt) {
      change = Change.NONE;
      this.expiresAt = expiresAt;
    }

    /** The version that a transaction's view gives to what is to be written. */
    long writtenVersion() {
      return writtenVersion;
    }

    void writtenVersion(long version) {
      writtenVersion = version;
    }

    /** The key. */
    public Slice key() {
      return key;
    }

    /** What becomes of it. */
    public Change change() {
      return change;
    }

    /** The value of a {@link Change#PUT}. */
    public Slice value() {
      return value;
    }

    /** The expiry of a {@link Change#PUT}, as in {@link Store#write}. */
    public long expiresAt() {
      return expiresAt;
    }

    /** The version that the batch gives to a {@link Change#PUT}; 0 if the store does. */
    public long version() {
      return version;
    }

    /** What must hold. */
    public WriteCondition condition() {
      return condition;
    }

    /** The version for {@link WriteCondition#IF_VERSION}. */
    public long expectedVersion() {
      return expectedVersion;
    }

    /** What it is refused with whatever is in the store, or null. */
    public @Nullable Status refusal() {
      return change == Change.PUT ? Status.refusalOf(key, value) : Status.refusalOf(key);
    }
  }
}
