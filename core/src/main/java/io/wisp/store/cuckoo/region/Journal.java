// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes of several words of the region that happen whole or not at all, whatever ends the
 * process. What the words are to hold is noted first. It is committed by the store of one word, and
 * happens from then on: the words are stored by {@link #end}, or by who recovers the region. So
 * nothing that was seen of a change is ever undone. One change at a time:
 *
 * <pre>{@code
 * journal.begin();
 * try {
 *   journal.note(offset, word); // of each word, in the order of the stores
 *   journal.commit();
 *   ... what may be seen from now on ...
 * } finally {
 *   journal.end();
 * }
 * }</pre>
 */
public final class Journal {

  /** The lower bits of the word that commits, which have the number of words. */
  private static final long COUNT_MASK = 0xFFFF;

  private final MemorySegment memory;
  private final long commitOffset;
  private final long entriesOffset;
  private final ReentrantLock lock = new ReentrantLock();
  private int noted;

  /** The journal of a kept table. */
  public Journal(MemorySegment memory, RecoveryArea area) {
    this.memory = memory;
    commitOffset = area.offset();
    entriesOffset = area.offset() + RecoveryArea.ENTRIES_OFFSET;
  }

  /** Begins a change, when that of another thread has ended. Who makes one waits for nothing. */
  public void begin() {
    lock.lock();
    noted = 0;
  }

  /** Notes what a word is to hold. */
  public void note(long offset, long word) {
    long entry = entry(noted++);
    Words.setPlain(memory, entry, offset);
    Words.setPlain(memory, entry + Long.BYTES, word);
  }

  /** From now on all that was noted happens, behind all stores so far. */
  public void commit() {
    Words.setRelease(memory, commitOffset, commitWord(noted));
    VarHandle.storeStoreFence();
  }

  /**
   * Ends a change: stores what was noted, if it was committed; each word behind the one before, and
   * all of them also if what came after the commit has failed.
   */
  public void end() {
    try {
      redo();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it holds no change, or one that is as it was committed. */
  public boolean isSound() {
    long word = Words.getPlain(memory, commitOffset);
    int count = count();
    return word == 0
        || (count > 0 && count <= RecoveryArea.JOURNAL_ENTRIES && word == commitWord(count));
  }

  /** How many words a committed change has that may not have been stored. */
  public int count() {
    return (int) (Words.getPlain(memory, commitOffset) & COUNT_MASK);
  }

  /** Where in the region such a word is. */
  public long offset(int number) {
    return Words.getPlain(memory, entry(number));
  }

  /** Stores the words of a committed change. The caller knows that they are sound. */
  public void redo() {
    int count = count();
    for (int i = 0; i < count; i++) {
      Words.setRelease(memory, offset(i), Words.getPlain(memory, entry(i) + Long.BYTES));
    }
    Words.setRelease(memory, commitOffset, 0);
    VarHandle.storeStoreFence();
  }

  /** The number of words, with a check of them in the bits above. */
  private long commitWord(int count) {
    long length = (long) count * RecoveryArea.JOURNAL_ENTRY_SIZE;
    return (XxHash64.hash(memory, entriesOffset, length, count) & ~COUNT_MASK) | count;
  }

  private long entry(int number) {
    return entriesOffset + (long) number * RecoveryArea.JOURNAL_ENTRY_SIZE;
  }
}
