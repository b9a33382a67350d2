package io.wisp.store.cuckoo;

import io.wisp.store.Limits;
import io.wisp.store.Store;
import java.lang.foreign.MemorySegment;

/**
 * A record: a key and its value, at an offset that is a multiple of 8. It never changes once a slot
 * points at it, but for its DEAD flag.
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
 *  |        expiry in milliseconds since the epoch, if EXPIRES      |  16
 *  +----------------------------------------------------------------+
 *  |                  key, value, padding to 8 bytes                |  16 or 24
 * </pre>
 *
 * Flags: bit 27 LIVE, bit 28 DEAD, bit 29 EXPIRES, bits 30 and 31 zero. A record with neither LIVE
 * nor DEAD is still being written. The checksum holds in this table and in this place alone.
 */
final class RecordLayout {

  static final int HEADER_SIZE = 16;
  static final int EXPIRY_SIZE = 8;

  static final long LIVE = 1L << 27;
  static final long DEAD = 1L << 28;
  static final long EXPIRES = 1L << 29;

  private static final long UNKNOWN_FLAGS = 3L << 30;

  private static final int VERSION_SHIFT = 16;
  private static final long KEY_LENGTH_MASK = 0xFFFF;
  private static final long VALUE_LENGTH_MASK = (1L << 27) - 1;
  private static final int CHECKSUM_SHIFT = 32;
  private static final long LOW_HALF = 0xFFFF_FFFFL;
  private static final long PLACE_MULTIPLIER = 0x9E37_79B1L;
  private static final long FAR_PLACE_MULTIPLIER = 0x85EB_CA77L;

  private RecordLayout() {}

  static long word0(long version, int keyLength) {
    return (version << VERSION_SHIFT) | keyLength;
  }

  /** The second word of a record that is still being written. */
  static long pendingWord1(int valueLength, boolean expires) {
    return valueLength | (expires ? EXPIRES : 0);
  }

  static long version(long word0) {
    return word0 >>> VERSION_SHIFT;
  }

  static int keyLength(long word0) {
    return (int) (word0 & KEY_LENGTH_MASK);
  }

  static int valueLength(long word1) {
    return (int) (word1 & VALUE_LENGTH_MASK);
  }

  static boolean expires(long word1) {
    return (word1 & EXPIRES) != 0;
  }

  /** Whether the record was published and not replaced, deleted or moved since. */
  static boolean isLive(long word1) {
    return (word1 & (LIVE | DEAD)) == LIVE;
  }

  /** Whether the record is still being written. */
  static boolean isPending(long word1) {
    return (word1 & (LIVE | DEAD)) == 0;
  }

  /** Whether there can be such a record: its lengths within the limits, no unknown flag. */
  static boolean isPossible(long word0, long word1) {
    return keyLength(word0) > 0
        && valueLength(word1) <= Limits.MAX_VALUE_LENGTH
        && (word1 & UNKNOWN_FLAGS) == 0;
  }

  static int checksum(long word1) {
    return (int) (word1 >>> CHECKSUM_SHIFT);
  }

  /** Where the key starts, counted from the record. */
  static int keyStart(long word1) {
    return expires(word1) ? HEADER_SIZE + EXPIRY_SIZE : HEADER_SIZE;
  }

  /** The memory that a record occupies: a multiple of 8. */
  static int size(int keyLength, int valueLength, boolean expires) {
    int bytes = HEADER_SIZE + (expires ? EXPIRY_SIZE : 0) + keyLength + valueLength;
    return (bytes + 7) & -8;
  }

  static int size(long word0, long word1) {
    return size(keyLength(word0), valueLength(word1), expires(word1));
  }

  /** The expiry of the record with this second word, or {@link Store#NEVER}. */
  static long expiry(MemorySegment memory, long offset, long word1) {
    return expires(word1) ? Words.getPlain(memory, offset + HEADER_SIZE) : Store.NEVER;
  }

  /**
   * XXH64 of key and value, which lie side by side, of a record written but for its header. The
   * seed is the incarnation of the table, so that another table's record does not pass for its own.
   */
  static long contentHash(
      MemorySegment memory, long offset, long word0, long word1, long incarnation) {
    long length = (long) keyLength(word0) + valueLength(word1);
    return XxHash64.hash(memory, offset + keyStart(word1), length, incarnation);
  }

  /**
   * The second word of a record to publish: live, with a checksum over everything else in it.
   *
   * @param offset where in the region the record is
   */
  static long liveWord1(long offset, long word0, long pendingWord1, long expiry, long contentHash) {
    long low = pendingWord1 | LIVE;
    long checksum = checksum(word0, low, expiry, contentHash) ^ place(offset);
    return (checksum << CHECKSUM_SHIFT) | low;
  }

  /** The second word of the same record in another place. */
  static long movedWord1(long word1, long from, long to) {
    return word1 ^ ((place(from) ^ place(to)) << CHECKSUM_SHIFT);
  }

  /** Whether the checksum in {@code word1} is the one of the record; DEAD does not matter. */
  static boolean isIntact(long offset, long word0, long word1, long expiry, long contentHash) {
    long low = word1 & LOW_HALF & ~DEAD;
    long checksum = checksum(word0, low, expiry, contentHash) ^ place(offset);
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

  private static long checksum(long word0, long lowHalfOfWord1, long expiry, long contentHash) {
    long mixed = XxHash64.avalanche(word0 + Long.rotateLeft(contentHash, 32));
    mixed = XxHash64.avalanche(mixed ^ lowHalfOfWord1 ^ (expiry << CHECKSUM_SHIFT));
    return mixed ^ (expiry >>> CHECKSUM_SHIFT);
  }
}
