// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.Limits;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.region.XxHash64;
import java.lang.foreign.MemorySegment;

/**
 * A record: a key and its value, at an offset that is a multiple of 8. Once a slot points at it,
 * its key never changes. Its expiry may, and the value of a short one: its version does then, and
 * LIVE is taken from it meanwhile.
 *
 * <pre>
 *   63                                            16 15            0
 *  +------------------------------------------------+---------------+
 *  |                   version                      |  key length   |  0
 *  +-------------------------------+-----+----------+---------------+
 *  |           checksum            |flags|       value length       |  8
 *  +-------------------------------+-----+--------------------------+
 *   63                           32 31 27 26                       0
 *  +----------------------------------------------------------------+
 *  |       expiry in milliseconds since the epoch, 0 if never       |  16
 *  +----------------------------------------------------------------+
 *  |                  key, value, padding to 8 bytes                |  24
 * </pre>
 *
 * Flags: bit 27 LIVE, bit 28 DEAD, bits 29 to 31 zero. A record with neither LIVE nor DEAD is still
 * being written, or being changed. The checksum holds in this table and in this place alone.
 */
public final class RecordLayout {

  public static final int HEADER_SIZE = 24;

  /** The size of the longest record: a multiple of 8. */
  public static final int MAX_SIZE = size(Limits.MAX_KEY_LENGTH, Limits.MAX_VALUE_LENGTH);

  /**
   * The size of the longest record that is overwritten with another value. While it is, nobody can
   * read its key, and others wait for the stripes: so it must not take long, nor longer than a page
   * fault may. Values of 1 KiB fit, with keys that are not long.
   */
  public static final int MAX_OVERWRITTEN_SIZE = 2048;

  /** Where in a record its expiry is. */
  public static final int EXPIRY_OFFSET = 16;

  public static final long LIVE = 1L << 27;
  public static final long DEAD = 1L << 28;

  private static final long UNKNOWN_FLAGS = 7L << 29;

  private static final int VERSION_SHIFT = 16;
  private static final long KEY_LENGTH_MASK = 0xFFFF;
  private static final long VALUE_LENGTH_MASK = (1L << 27) - 1;
  private static final int CHECKSUM_SHIFT = 32;
  private static final long LOW_HALF = 0xFFFF_FFFFL;
  private static final long LOW_HALF_MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  private static final long PLACE_MULTIPLIER = 0x9E37_79B1L;
  private static final long FAR_PLACE_MULTIPLIER = 0x85EB_CA77L;

  private RecordLayout() {}

  /** The first word of a record. */
  public static long word0(long version, int keyLength) {
    return (version << VERSION_SHIFT) | keyLength;
  }

  /** The second word of a record that is still being written. */
  public static long pendingWord1(int valueLength) {
    return valueLength;
  }

  /** The version in a first word. */
  public static long version(long word0) {
    return word0 >>> VERSION_SHIFT;
  }

  /** The length of the key, in bytes. */
  public static int keyLength(long word0) {
    return (int) (word0 & KEY_LENGTH_MASK);
  }

  /** The length of the value, in bytes. */
  public static int valueLength(long word1) {
    return (int) (word1 & VALUE_LENGTH_MASK);
  }

  /** Whether the record was published and not replaced, deleted or moved since. */
  public static boolean isLive(long word1) {
    return (word1 & (LIVE | DEAD)) == LIVE;
  }

  /** Whether the record was replaced, deleted or moved, or came to nothing. */
  public static boolean isDead(long word1) {
    return (word1 & DEAD) != 0;
  }

  /**
   * Whether the record is still being written: it has no checksum yet. One that is being given
   * another expiry or value has, but for a chance of 2^-32, and then it seems so for a moment.
   */
  static boolean isPending(long word1) {
    return (word1 & (LIVE | DEAD)) == 0 && checksum(word1) == 0;
  }

  /** Whether the record has never got its checksum, so it was never written to its end. */
  public static boolean isUnsealed(long word0, long word1) {
    return word0 != 0 && (word1 & LIVE) == 0 && checksum(word1) == 0;
  }

  /** The second word of what takes the place of so many bytes of dead records; the first is 0. */
  public static long fillerWord1(int bytes) {
    return (bytes - HEADER_SIZE) | DEAD;
  }

  /** Whether it is a {@link #fillerWord1}. */
  public static boolean isFiller(long word0, long word1) {
    return word0 == 0 && word1 >>> CHECKSUM_SHIFT == 0 && isDead(word1);
  }

  /** Whether there can be such a record: its lengths within the limits, no unknown flag. */
  public static boolean isPossible(long word0, long word1) {
    return keyLength(word0) > 0
        && valueLength(word1) <= Limits.MAX_VALUE_LENGTH
        && (word1 & UNKNOWN_FLAGS) == 0;
  }

  static int checksum(long word1) {
    return (int) (word1 >>> CHECKSUM_SHIFT);
  }

  /** The memory that a record occupies: a multiple of 8. */
  public static int size(int keyLength, int valueLength) {
    return (HEADER_SIZE + keyLength + valueLength + 7) & -8;
  }

  /** {@link #size(int, int)} of the record with these first two words. */
  public static int size(long word0, long word1) {
    return size(keyLength(word0), valueLength(word1));
  }

  /**
   * Whether a record of this size may be given another value, so that only who holds the stripes of
   * its key can copy it.
   */
  public static boolean mayBeOverwritten(int size) {
    return size <= MAX_OVERWRITTEN_SIZE;
  }

  /** Copies all of a record of this size but its header to another place. */
  public static void copyContent(MemorySegment memory, long from, long to, int size) {
    MemorySegment.copy(
        memory, from + HEADER_SIZE, memory, to + HEADER_SIZE, (long) size - HEADER_SIZE);
  }

  /** When the record expires, or {@link Store#NEVER}. */
  public static long expiry(MemorySegment memory, long offset) {
    return Words.getPlain(memory, offset + EXPIRY_OFFSET);
  }

  /** {@link #expiry} in a copy, wherever it lies. */
  public static long expiryOfCopy(MemorySegment copy, long at) {
    return Words.getUnaligned(copy, at + EXPIRY_OFFSET);
  }

  /** Sets the expiry, behind all stores so far. */
  public static void setExpiry(MemorySegment memory, long offset, long expiry) {
    Words.setRelease(memory, offset + EXPIRY_OFFSET, expiry);
  }

  /**
   * XXH64 of key and value, which lie side by side, of a record written but for its header. The
   * seed is the table's own, so that another table's record does not pass for its own.
   */
  public static long contentHash(
      MemorySegment memory, long offset, long word0, long word1, long checksumSeed) {
    long length = (long) keyLength(word0) + valueLength(word1);
    return XxHash64.hash(memory, offset + HEADER_SIZE, length, checksumSeed);
  }

  /**
   * The second word of a record to publish: live, with a checksum over everything else in it.
   *
   * @param offset where in the region the record is
   */
  public static long liveWord1(
      long offset, long word0, long pendingWord1, long expiry, long contentHash) {
    long low = pendingWord1 | LIVE;
    long checksum = headerHash(word0, low, expiry) ^ fold(contentHash) ^ place(offset);
    return (checksum << CHECKSUM_SHIFT) | low;
  }

  /** The second word of the same live record with another first word and expiry. */
  public static long changedWord1(
      long word1, long word0, long expiry, long changedWord0, long changedExpiry) {
    long low = word1 & LOW_HALF;
    long change = headerHash(word0, low, expiry) ^ headerHash(changedWord0, low, changedExpiry);
    return word1 ^ (change << CHECKSUM_SHIFT);
  }

  /** The second word of the same record in another place. */
  public static long movedWord1(long word1, long from, long to) {
    return word1 ^ ((place(from) ^ place(to)) << CHECKSUM_SHIFT);
  }

  /** Whether the checksum in {@code word1} is the one of the record; DEAD does not matter. */
  public static boolean isIntact(
      long offset, long word0, long word1, long expiry, long contentHash) {
    long low = word1 & LOW_HALF & ~DEAD;
    long checksum = headerHash(word0, low, expiry) ^ fold(contentHash) ^ place(offset);
    return (word1 >>> CHECKSUM_SHIFT) == (checksum & LOW_HALF);
  }

  /**
   * The part of a checksum, in the low half, that says where the record stands: a copy of it, in a
   * value say, does not fit elsewhere. Odd multiples are different for any two places in the same
   * 32 GiB.
   */
  private static long place(long offset) {
    long words = offset >>> 3;
    return words * PLACE_MULTIPLIER + (words >>> 32) * FAR_PLACE_MULTIPLIER;
  }

  /** The part of a checksum, in the low half, that changes with the header. */
  private static long headerHash(long word0, long lowHalfOfWord1, long expiry) {
    long mixed = XxHash64.avalanche(word0 + lowHalfOfWord1 * LOW_HALF_MULTIPLIER);
    return XxHash64.avalanche(mixed ^ expiry);
  }

  /** The part of a checksum, in the low half, that is the content's. */
  private static long fold(long contentHash) {
    return contentHash ^ (contentHash >>> CHECKSUM_SHIFT);
  }
}
