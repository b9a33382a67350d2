// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is undone if the process ends now: words of the region, and what they held before. For
 * changes of several words that are to be there whole or not at all, one at a time:
 *
 * <pre>{@code
 * journal.lock();
 * try {
 *   journal.note(offset); // of each word
 *   journal.arm();
 *   ... store them ...
 *   journal.disarm();
 * } finally {
 *   journal.unlock();
 * }
 * }</pre>
 */
public final class Journal {

  private final MemorySegment memory;
  private final long countOffset;
  private final long entriesOffset;
  private final ReentrantLock lock = new ReentrantLock();
  private int noted;

  /** The journal of a kept table. */
  public Journal(MemorySegment memory, RecoveryArea area) {
    this.memory = memory;
    countOffset = area.offset();
    entriesOffset = area.offset() + RecoveryArea.ENTRIES_OFFSET;
  }

  /** Begins a change, when that of another thread has ended. Who makes one waits for nothing. */
  public void lock() {
    lock.lock();
    noted = 0;
  }

  /** Ends a change. */
  public void unlock() {
    lock.unlock();
  }

  /** Notes what a word holds, which is going to be changed. */
  public void note(long offset) {
    noteAs(offset, Words.getPlain(memory, offset));
  }

  /** Notes what a word is to hold if the change is undone. */
  public void noteAs(long offset, long word) {
    long entry = entry(noted++);
    Words.setPlain(memory, entry, offset);
    Words.setPlain(memory, entry + Long.BYTES, word);
  }

  /** From now on what was noted is undone if the process ends. */
  public void arm() {
    Words.setRelease(memory, countOffset, noted);
    VarHandle.storeStoreFence();
  }

  /** From now on nothing is undone. */
  public void disarm() {
    Words.setRelease(memory, countOffset, 0);
    VarHandle.storeStoreFence();
  }

  /** How many words are to be undone. */
  public long count() {
    return Words.getPlain(memory, countOffset);
  }

  /** Where in the region a word is that is to be undone. */
  public long offset(int number) {
    return Words.getPlain(memory, entry(number));
  }

  /** Undoes what is to be undone. The caller has looked at the count and at all offsets. */
  public void undo() {
    for (int i = 0; i < count(); i++) {
      Words.setRelease(memory, offset(i), Words.getPlain(memory, entry(i) + Long.BYTES));
    }
    disarm();
  }

  private long entry(int number) {
    return entriesOffset + (long) number * RecoveryArea.JOURNAL_ENTRY_SIZE;
  }
}
