// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.KeyHasher;
import io.wisp.store.Slice;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which keys lie in a buffer of bulk strings, so that none is put there twice.
 *
 * <p>It is a hash table by linear hashing: with each key it gets one bucket more, which takes its
 * part of one other bucket. So it is never rebuilt, for which a thread that serves others has no
 * time.
 *
 * @see <a href="https://dl.acm.org/doi/10.5555/1286887.1286911">Litwin: Linear Hashing</a>
 */
final class KeyIndex implements AutoCloseable {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /** Of an entry, in bytes from its beginning: the key's hash, and where the key is. */
  private static final int HASH = 0;

  private static final int POSITION = 4;
  private static final int LENGTH = 8;

  /** The next entry of its bucket. */
  private static final int NEXT = 12;

  private static final int ENTRY_SIZE = 16;

  /** No entry. */
  private static final int NONE = -1;

  private static final int END_OF_LINE = 2;

  private final BufferPool pool;
  private final NativeBuffer bulks;
  private final NativeBuffer entries;

  /** The first entry of each bucket. */
  private final NativeBuffer buckets;

  private final KeyHasher hasher = new KeyHasher();
  private final Slice key = new Slice();

  /** Of the key that was looked for last. */
  private int hash;

  /** An index of a buffer that is empty, and of which nothing is consumed. */
  KeyIndex(BufferPool pool, NativeBuffer bulks) {
    this.pool = pool;
    this.bulks = bulks;
    entries = pool.take(BufferPool.SMALL);
    buckets = pool.take(BufferPool.SMALL);
    addBucket();
  }

  /** Whether the buffer has a key. */
  boolean has(MemorySegment segment, long offset, int length) {
    hash = (int) hasher.hash(key.set(segment, offset, length));
    int entry = first(bucketOf(hash));
    while (entry != NONE && !isKey(entry)) {
      entry = get(entry, NEXT);
    }
    return entry != NONE;
  }

  private boolean isKey(int entry) {
    int length = get(entry, LENGTH);
    if (get(entry, HASH) != hash || length != key.length()) {
      return false;
    }
    long position = get(entry, POSITION);
    long end = key.offset() + length;
    return MemorySegment.mismatch(
            bulks.memory(), position, position + length, key.segment(), key.offset(), end)
        < 0;
  }

  /** Makes room for one more; the answer is whether there is any. */
  boolean tryReserve() {
    return entries.tryEnsureWritable(ENTRY_SIZE) && buckets.tryEnsureWritable(Integer.BYTES);
  }

  /** Adds the key that was looked for last, and was then put at the end of the buffer. */
  void add() {
    int entry = entries.end();
    entries.advance(entry + ENTRY_SIZE);
    set(entry, HASH, hash);
    set(entry, POSITION, bulks.end() - END_OF_LINE - key.length());
    set(entry, LENGTH, key.length());
    putFirst(entry);
    split();
  }

  private void split() {
    int added = addBucket();
    int divided = added - Integer.highestOneBit(added);
    int entry = first(divided);
    first(divided, NONE);
    while (entry != NONE) {
      int next = get(entry, NEXT);
      putFirst(entry);
      entry = next;
    }
  }

  private int addBucket() {
    int added = bucketCount();
    buckets.advance(buckets.end() + Integer.BYTES);
    first(added, NONE);
    return added;
  }

  private int bucketCount() {
    return buckets.size() / Integer.BYTES;
  }

  /** By so many of the last bits of the hash that there is such a bucket. */
  private int bucketOf(int hash) {
    int count = bucketCount();
    int whole = Integer.highestOneBit(count);
    int bucket = hash & (2 * whole - 1);
    return bucket < count ? bucket : bucket - whole;
  }

  private void putFirst(int entry) {
    int bucket = bucketOf(get(entry, HASH));
    set(entry, NEXT, first(bucket));
    first(bucket, entry);
  }

  private int first(int bucket) {
    return buckets.memory().get(INT, (long) bucket * Integer.BYTES);
  }

  private void first(int bucket, int entry) {
    buckets.memory().set(INT, (long) bucket * Integer.BYTES, entry);
  }

  private int get(int entry, int field) {
    return entries.memory().get(INT, entry + field);
  }

  private void set(int entry, int field, int value) {
    entries.memory().set(INT, entry + field, value);
  }

  /** The memory that is held, in bytes. */
  long heldBytes() {
    return (long) entries.capacity() + buckets.capacity();
  }

  @Override
  public void close() {
    pool.give(entries);
    pool.give(buckets);
  }
}
