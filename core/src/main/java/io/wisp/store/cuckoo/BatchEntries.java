// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Bytes;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.Stripes;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The keys of a batch, each once and with the last of its values, and what their write knows of
 * them. It belongs to one thread and is used for one batch after another, so that it allocates only
 * while it grows.
 */
final class BatchEntries {

  private static final int MIN_TABLE = 16;

  private final BitSet stripes = new BitSet(Stripes.MAX_STRIPES);
  private final Slice writtenKey = new Slice();
  private int size;
  private long recordBytes;
  private BatchEntry[] entries = new BatchEntry[0];

  /** Entries by their hashes, with open addressing: the number of an entry plus 1, or 0. */
  private int[] table = new int[0];

  private int tableMask;

  /** Collects the keys of another batch. */
  void collect(WriteBatch batch, Index index) {
    reserve(batch.size());
    size = 0;
    recordBytes = 0;
    for (int pair = 0; pair < batch.size(); pair++) {
      Slice key = batch.key(pair);
      long hash = index.hash(key);
      int place = place(batch, key, hash);
      if (table[place] == 0) {
        entries[size].hash = hash;
        table[place] = ++size;
      } else {
        recordBytes -= recordSize(batch, entries[table[place] - 1].pair);
      }
      entries[table[place] - 1].pair = pair;
      recordBytes += recordSize(batch, pair);
    }
  }

  private void reserve(int most) {
    int before = entries.length;
    if (most > before) {
      entries = Arrays.copyOf(entries, Math.max(most, 2 * before));
      for (int i = before; i < entries.length; i++) {
        entries[i] = new BatchEntry();
      }
    }
    int places = Math.max(MIN_TABLE, Integer.highestOneBit(most) << 2);
    if (places > table.length) {
      table = new int[places];
    }
    tableMask = places - 1;
    Arrays.fill(table, 0, places, 0);
  }

  /** Where in the table the entry of a key is, or may be put. */
  private int place(WriteBatch batch, Slice key, long hash) {
    int place = (int) hash & tableMask;
    while (table[place] != 0) {
      BatchEntry entry = entries[table[place] - 1];
      if (entry.hash == hash && areEqual(batch.key(entry.pair), key)) {
        break;
      }
      place = (place + 1) & tableMask;
    }
    return place;
  }

  private static boolean areEqual(Slice one, Slice other) {
    return one.length() == other.length()
        && Bytes.equal(one.segment(), one.offset(), other.segment(), other.offset(), one.length());
  }

  private static int recordSize(WriteBatch batch, int pair) {
    return RecordLayout.size(batch.key(pair).length(), batch.value(pair).length());
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

  /** The memory that the records of all entries need. */
  long recordBytes() {
    return recordBytes;
  }

  BatchEntry get(int number) {
    return entries[number];
  }
}
