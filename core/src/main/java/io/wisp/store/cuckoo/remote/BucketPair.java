// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;

/**
 * The two buckets of a key, which may be the same one, as a reader from elsewhere sees them: where
 * they are, and what a copy of them that was read says. The copies lie side by side.
 */
final class BucketPair {

  static final int MAX_CANDIDATES = 2 * Bucket.SLOTS;

  private final long[] candidates = new long[MAX_CANDIDATES];
  private int candidateCount;
  private boolean torn;
  private long firstHalf;
  private long secondHalf;
  private long tag;
  private long first;
  private long second;
  private boolean versionsKnown;
  private long firstVersion;
  private long secondVersion;

  /** Aims at the buckets of the key with this hash among so many. */
  void aim(long hash, long buckets) {
    firstHalf = KeyHash.firstHalf(hash);
    secondHalf = KeyHash.secondHalf(hash);
    tag = KeyHash.tag(hash);
    first = KeyHash.bucket(firstHalf, buckets);
    second = KeyHash.bucket(secondHalf, buckets);
    versionsKnown = false;
  }

  long first() {
    return first;
  }

  long second() {
    return second;
  }

  /** 1 or 2. */
  int count() {
    return first == second ? 1 : 2;
  }

  /** Whether, by their levels, both buckets in the copy at {@code at} are the key's. */
  boolean areAddressed(MemorySegment copy, long at) {
    return Bucket.isAddressedBy(Words.getUnaligned(copy, at), first, firstHalf)
        && Bucket.isAddressedBy(
            Words.getUnaligned(copy, at + secondAt(Bucket.SIZE)), second, secondHalf);
  }

  /** Where the second of two things of {@code size} bytes side by side is. */
  long secondAt(int size) {
    return first == second ? 0 : size;
  }

  /** Remembers the version words, which lie {@code distance} bytes from each other. */
  void rememberVersions(MemorySegment copy, long at, int distance) {
    firstVersion = Words.getUnaligned(copy, at);
    secondVersion = Words.getUnaligned(copy, at + secondAt(distance));
    versionsKnown = true;
  }

  /** Whether the version words of these buckets were read before. */
  boolean areVersionsKnown() {
    return versionsKnown;
  }

  /** Whether the version words are those remembered. */
  boolean areVersionsUnchanged(MemorySegment copy, long at, int distance) {
    return Words.getUnaligned(copy, at) == firstVersion
        && Words.getUnaligned(copy, at + secondAt(distance)) == secondVersion;
  }

  /**
   * Whether a slot of one of these buckets may point at a record whose key has this hash, with the
   * tag of ours, so that it is there by right.
   */
  boolean mayHold(long hash, long buckets) {
    long one = KeyHash.bucket(KeyHash.firstHalf(hash), buckets);
    long other = KeyHash.bucket(KeyHash.secondHalf(hash), buckets);
    return KeyHash.tag(hash) == tag
        && (one == first || one == second || other == first || other == second);
  }

  /**
   * Collects the records that slots with the key's tag point at, each once, without {@code known}.
   */
  void collectCandidates(MemorySegment copy, long at, TableLayout layout, OtherRecords known) {
    candidateCount = 0;
    torn = false;
    for (int bucket = 0; bucket < count(); bucket++) {
      for (int i = 0; i < Bucket.SLOTS; i++) {
        long slot =
            Words.getUnaligned(copy, Bucket.slotAddress(at + secondAt(bucket * Bucket.SIZE), i));
        if (slot != Bucket.EMPTY
            && Bucket.tag(slot) == tag
            && !known.has(Bucket.recordOffset(slot))) {
          addCandidate(Bucket.recordOffset(slot), layout);
        }
      }
    }
  }

  private void addCandidate(long offset, TableLayout layout) {
    if (!layout.canHold(offset, RecordLayout.HEADER_SIZE)) {
      torn = true;
      return;
    }
    for (int i = 0; i < candidateCount; i++) {
      if (candidates[i] == offset) {
        return;
      }
    }
    candidates[candidateCount++] = offset;
  }

  /** Whether a slot pointed where no record can be. */
  boolean torn() {
    return torn;
  }

  int candidateCount() {
    return candidateCount;
  }

  long candidate(int i) {
    return candidates[i];
  }
}
