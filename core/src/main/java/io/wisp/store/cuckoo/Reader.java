// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Bytes;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import io.wisp.store.cuckoo.table.ReferenceBits;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/*
 * Reading without locks, while any number of writers are at work.
 *
 * A hit. The reader loads the version of a bucket (1), a slot (2) and the two header words of its
 * record (3), compares the key and copies the value (4), and then, behind an acquire fence, loads
 * version, slot and, behind that, header again (5). If all are as before and the record is live, what it copied
 * is the whole value that the key had at (5):
 *
 *   - But for what changes in place, of which more below, the bytes of a record change only after its
 *     memory was given up, and that happens only after its slot was stored to, by someone who held
 *     the key's stripes. From that store to the first
 *     byte written by the next owner of the memory there is a chain of locks and release stores
 *     (stripe, segment, pages, lane). So if (4) saw one byte of the next owner's, (5) sees the slot
 *     changed, or changed and changed back.
 *   - Changed back by a writer: a new record of the same tag was published at the same offset. Its
 *     version was stored before the slot was, so (5) sees that version or a later one, and it is not
 *     the one of (3), because every record has a version of its own.
 *   - Changed back by the compactor, which may move a record away and, after the memory was used
 *     for something else, back to where it was, header and all. But it bumps the bucket's version
 *     whenever it moves a record, and so does everyone who moves an entry to another bucket; a
 *     bucket's version never returns.
 *
 * The expiry of a live record changes in place, and the value of a short one, under its key's
 * stripes: LIVE is taken from the second word, then the first gets a new version, then expiry and
 * value are stored, then the second word with LIVE, each behind the one before. The key stays, and
 * so does the place of the value. So if (4) saw one new byte, (5) sees the new version, or a later
 * one. If (3) saw it already, it saw the second word after it: without LIVE, and then the reader
 * looks again; or with it, and then (4) came behind all that is new. And if (3) saw the old version,
 * (5) sees another one.
 *
 * A miss. Displacement, splits and merges move entries between buckets, so a reader may look into the
 * second bucket before an entry arrives there and into the first one after it left. Whoever moves
 * an entry stores the copy, then the new version of the bucket it leaves, then clears the slot,
 * each with release. The reader loads both versions (a), all slots (b), and both versions again
 * (c). If (a) and (c) are equal, no departure was announced between them, as far as the reader can
 * tell:
 *
 *   - An entry that stood in one of the buckets at (a) and left after it was either still seen at
 *     (b), or its slot was seen cleared, and then (c) sees the version that was stored before.
 *   - An entry that left the other bucket before (a), as its version tells, had its copy stored
 *     before that version, so (b) sees the copy, or it left again, and the previous case applies.
 *
 * So the key, had it been there all the time, would have been found. A delete announces nothing:
 * when the key was deleted and put back meanwhile, it was absent at some time in between.
 *
 * Growth adds a third thing that can be stale: the number of buckets. A bucket's level says how
 * many bits of a hash address it. If by that measure the bucket is not the key's, it was split since
 * the number was loaded, or merged into another and so is nobody's, and the reader starts again. The
 * new number is stored before the bucket that was merged says so; so the reader finds it.
 *
 * One pass answers both: a hit needs the version of its own bucket alone, and that of the other was
 * fetched at the same time, so the second bucket is there when the first has not got the key.
 */
final class Reader {

  static final int MISS = 0;
  static final int HIT = 1;
  static final int EXPIRED = 2;
  static final int RETRY = 3;

  /**
   * For a value up to this length a sink is asked for room before it is known that the header with
   * the length was not torn.
   */
  private static final int MAX_UNSURE_LENGTH = 1024;

  private final MemorySegment memory;
  private final Index index;
  private final InstantSource clock;
  private final @Nullable ReferenceBits references;

  Reader(Table table, InstantSource clock) {
    memory = table.memory();
    index = table.index();
    references = table.references();
    this.clock = clock;
  }

  /** Looks a key up once; the answer is one of the constants, and the sink is told of a HIT. */
  int read(Slice key, long hash, @Nullable ValueSink sink) {
    // Handed on: behind each fence a field would be loaded anew, and its kind looked at.
    MemorySegment memory = this.memory;
    long buckets = index.buckets();
    long first = KeyHash.bucket(KeyHash.firstHalf(hash), buckets);
    long second = KeyHash.bucket(KeyHash.secondHalf(hash), buckets);
    long tag = KeyHash.tag(hash);
    // Of both before either is looked at: so both come from memory at once.
    long firstWord = Words.getPlain(memory, index.bucketAddress(first));
    long secondWord = Words.getPlain(memory, index.bucketAddress(second));
    VarHandle.acquireFence();
    int outcome = readFrom(memory, first, firstWord, tag, key, sink);
    if (outcome == MISS) {
      outcome = readFrom(memory, second, secondWord, tag, key, sink);
    }
    return outcome == MISS && !isMiss(hash, first, firstWord, second, secondWord) ? RETRY : outcome;
  }

  /** Whether a key that was not found is absent. */
  private boolean isMiss(long hash, long first, long firstWord, long second, long secondWord) {
    VarHandle.acquireFence();
    return Words.getAcquire(memory, index.bucketAddress(first)) == firstWord
        && Words.getAcquire(memory, index.bucketAddress(second)) == secondWord
        && Bucket.isAddressedBy(firstWord, first, KeyHash.firstHalf(hash))
        && Bucket.isAddressedBy(secondWord, second, KeyHash.secondHalf(hash));
  }

  private int readFrom(
      MemorySegment memory,
      long bucket,
      long versionWord,
      long tag,
      Slice key,
      @Nullable ValueSink sink) {
    long address = index.bucketAddress(bucket);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, Bucket.slotAddress(address, i));
      if (Bucket.tag(slot) == tag && slot != Bucket.EMPTY) {
        VarHandle.acquireFence(); // Between (2) and (3).
        int outcome = readRecord(memory, address, versionWord, i, slot, key, sink);
        if (outcome != MISS) {
          touch(outcome, bucket, i);
          return outcome;
        }
      }
    }
    return MISS;
  }

  private int readRecord(
      MemorySegment memory,
      long bucketAddress,
      long versionWord,
      int i,
      long slot,
      Slice key,
      @Nullable ValueSink sink) {
    long offset = Bucket.recordOffset(slot);
    long word0 = Words.getAcquire(memory, offset);
    long word1 = Words.getAcquire(memory, offset + Long.BYTES);
    int keyLength = RecordLayout.keyLength(word0);
    long keyOffset = offset + RecordLayout.HEADER_SIZE;
    long valueOffset = keyOffset + keyLength;
    int valueLength = RecordLayout.valueLength(word1);
    if (!RecordLayout.isLive(word1) || valueOffset + valueLength > memory.byteSize()) {
      return RETRY;
    }
    int outcome = HIT;
    long expiry = Store.NEVER;
    if (keyLength != key.length()
        || !Bytes.equal(memory, keyOffset, key.segment(), key.offset(), keyLength)) {
      outcome = MISS;
    } else if (Bucket.expires(slot)) {
      expiry = RecordLayout.expiry(memory, offset);
      outcome = expiry <= clock.millis() ? EXPIRED : HIT;
    }
    if (outcome == HIT && sink != null) {
      if (valueLength > MAX_UNSURE_LENGTH
          && !isUnchanged(memory, bucketAddress, versionWord, i, slot, word0, word1)) {
        return RETRY;
      }
      sink.copy(memory, valueOffset, valueLength);
    }
    if (!isUnchanged(memory, bucketAddress, versionWord, i, slot, word0, word1)) {
      return RETRY;
    }
    if (outcome == HIT && sink != null) {
      sink.found(
          RecordLayout.version(word0),
          expiry,
          RecordAddress.of(offset, RecordLayout.size(word0, word1)));
    }
    return outcome;
  }

  private boolean isUnchanged(
      MemorySegment memory,
      long bucketAddress,
      long versionWord,
      int i,
      long slot,
      long word0,
      long word1) {
    long offset = Bucket.recordOffset(slot);
    VarHandle.acquireFence();
    return Words.getPlain(memory, bucketAddress) == versionWord
        && Words.getAcquire(memory, Bucket.slotAddress(bucketAddress, i)) == slot
        && Words.getPlain(memory, offset) == word0
        && Words.getPlain(memory, offset + Long.BYTES) == word1;
  }

  /** Takes an entry for read whose key, by its tag, has this hash; of several, each. */
  void touch(long hash) {
    if (references != null) {
      long buckets = index.buckets();
      long tag = KeyHash.tag(hash);
      touch(KeyHash.bucket(KeyHash.firstHalf(hash), buckets), tag);
      touch(KeyHash.bucket(KeyHash.secondHalf(hash), buckets), tag);
    }
  }

  private void touch(long bucket, long tag) {
    long address = index.bucketAddress(bucket);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getAcquire(memory, Bucket.slotAddress(address, i));
      if (Bucket.tag(slot) == tag && slot != Bucket.EMPTY) {
        touch(HIT, bucket, i);
      }
    }
  }

  private void touch(int outcome, long bucket, int slot) {
    if (references != null && outcome == HIT) {
      references.set(bucket, slot);
    }
  }
}
