// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.Stripes;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What the write of a batch knows of each of its keys. It belongs to one thread and is used for one
 * batch after another, so that it allocates only while it grows.
 */
final class BatchEntries {

  private final BitSet stripes = new BitSet(Stripes.MAX_STRIPES);
  private final Slice writtenKey = new Slice();
  private final long[] hashesAhead = new long[Prefetcher.MAX_KEYS];
  private int size;
  private int puts;
  private long recordBytes;
  private long lastVersion;
  private BatchEntry[] entries = new BatchEntry[0];

  /** The number that {@link TablePrefetcher} wants to be kept. */
  @SuppressWarnings("unused")
  private long loaded;

  /** Turns to the keys of another batch. */
  void collect(WriteBatch batch, Index index) {
    reserve(batch.size());
    size = batch.size();
    puts = 0;
    recordBytes = 0;
    lastVersion = batch.lastVersion();
    for (int i = 0; i < size; i++) {
      WriteBatch.Entry wanted = batch.get(i);
      puts += wanted.change() == Change.PUT ? 1 : 0;
      entries[i].begin(wanted, index.hash(wanted.key()));
      recordBytes += entries[i].recordSize();
    }
  }

  private void reserve(int most) {
    int before = entries.length;
    if (most > before) {
      BatchEntry[] grown = Arrays.copyOf(entries, Math.max(most, 2 * before));
      for (int i = before; i < grown.length; i++) {
        grown[i] = new BatchEntry();
      }
      // Last, since an OutOfMemoryError may have come before.
      entries = grown;
    }
  }

  /** Has the memory loaded together that the next keys from a number on need. */
  void loadAhead(int from, Table table) {
    int count = Math.min(size - from, hashesAhead.length);
    for (int i = 0; i < count; i++) {
      hashesAhead[i] = entries[from + i].hash;
    }
    loaded = TablePrefetcher.load(table.memory(), table.index(), hashesAhead, count);
  }

  /** A set for the stripes that are held for these entries. */
  BitSet stripes() {
    return stripes;
  }

  /** A slice to point at the key of a record. */
  Slice writtenKey() {
    return writtenKey;
  }

  int size() {
    return size;
  }

  /** How many of them write a record. */
  int puts() {
    return puts;
  }

  /** The memory that the records of all entries need. */
  long recordBytes() {
    return recordBytes;
  }

  /** The greatest version that the batch gives; 0 if the store gives them. */
  long lastVersion() {
    return lastVersion;
  }

  BatchEntry get(int number) {
    return entries[number];
  }
}
