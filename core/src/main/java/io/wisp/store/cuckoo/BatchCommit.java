// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import java.time.InstantSource;

/**
 * The steps of a batch that cannot fail: by which the old records come to their end and the new
 * ones, which are written, become those of their keys. The caller holds the stripes of all keys. In
 * a kept table all of it happens with the journal's commit, and nothing of it is seen before.
 */
final class BatchCommit extends TableWriter {

  BatchCommit(Table table, InstantSource clock) {
    super(table, clock);
  }

  void commit(BatchEntries keys) {
    if (!changesAny(keys)) {
      // What only looks at many keys takes the journal's lock from nobody.
      return;
    }
    Journal journal = table.journal();
    if (journal == null) {
      seal(keys);
      markDead(keys);
      storeSlots(keys);
    } else {
      journal.begin();
      try {
        note(keys, journal);
        journal.commit();
        markDead(keys);
      } finally {
        journal.end();
      }
    }
    enliven(keys);
    settle(keys);
  }

  private static boolean changesAny(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isNew() || entry.endsOld()) {
        return true;
      }
    }
    return false;
  }

  private void seal(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isPut()) {
        seal(entry.record, entry.expiry, entry.contentHash);
      }
    }
  }

  private void markDead(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.endsOld()) {
        heap.markDead(Bucket.recordOffset(entry.oldSlot));
      }
    }
  }

  private void storeSlots(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.endsOld()) {
        Words.setRelease(memory, addressOfOld(entry), entry.newSlot());
      }
    }
  }

  /** It is looked for again by its record, for room may have been made by moving it. */
  private long addressOfOld(BatchEntry entry) {
    return index.locateRecord(Bucket.recordOffset(entry.oldSlot), entry.hash);
  }

  /*
   * A word for each key. A new key has its slot already, and a record that gets its checksum last:
   * until then recovery drops it.
   */
  private void note(BatchEntries keys, Journal journal) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isNew()) {
        long word1 = sealedWord1(entry.record, entry.expiry, entry.contentHash);
        journal.note(entry.record + Long.BYTES, word1);
      } else if (entry.endsOld()) {
        if (entry.isPut()) {
          seal(entry.record, entry.expiry, entry.contentHash);
        }
        journal.note(addressOfOld(entry), entry.newSlot());
      }
    }
  }

  private void enliven(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isPut()) {
        enliven(entry.record);
      }
    }
  }

  private void settle(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isPut() && entry.hadExpired) {
        counters.countExpired();
      }
      if (entry.isNew() || entry.endsOld()) {
        entries.settle(entry.oldSlot, entry.newSlot());
      }
    }
  }
}
