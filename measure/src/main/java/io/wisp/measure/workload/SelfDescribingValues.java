// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Values that say which key they were written for, and of which every byte follows from the rest,
 * so that a reader needs no memory of what was written. In words of eight bytes, little-endian:
 *
 * <pre>
 *   size   word 0       word 1    word 2                           word 3 and on
 *   24..   key number   stamp     checksum of key, stamp, size     drawn from the checksum
 *   0..23  all words drawn from key and size
 * </pre>
 *
 * <p>The stamp is another one for each value, so that parts of two values of the same key do not
 * pass for one; what is wrong with it shows in the checksum. Values of less than 24 bytes have no
 * room for it: two writes of the same key and size are the same bytes, and n bytes of another key
 * pass with a probability of 1 in 256^n. An empty value proves nothing.
 */
public final class SelfDescribingValues implements ValueContents {

  /** From this size on a value has a stamp. */
  public static final int STAMPED_SIZE = 3 * Long.BYTES;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ValueSizes sizes;
  private final MemorySegment memory;
  private final Slice value = new Slice();
  private long stamp;

  /**
   * Values of certain sizes.
   *
   * @param firstStamp what tells this writer's values from those of others
   */
  public SelfDescribingValues(ValueSizes sizes, long firstStamp) {
    this.sizes = sizes;
    stamp = firstStamp;
    memory = Arena.ofAuto().allocate(sizes.most() + (long) Long.BYTES, Long.BYTES);
  }

  @Override
  public Slice next(long keyNumber, int size) {
    stamp += Mixing.STEP;
    long root = root(keyNumber, stamp, size);
    for (int offset = 0; offset < size; offset += Long.BYTES) {
      memory.set(WORD, offset, word(offset, size, keyNumber, stamp, root));
    }
    return value.set(memory, 0, size);
  }

  private static long root(long keyNumber, long stamp, int size) {
    long ofKeyAndSize = Mixing.mix(keyNumber + Mixing.STEP * (size + 1L));
    return size < STAMPED_SIZE ? ofKeyAndSize : Mixing.mix(ofKeyAndSize ^ stamp);
  }

  private static long word(int offset, int size, long keyNumber, long stamp, long root) {
    if (size >= STAMPED_SIZE && offset < STAMPED_SIZE) {
      return offset == 0 ? keyNumber : offset == Long.BYTES ? stamp : root;
    }
    return Mixing.mix(root + Mixing.STEP * offset);
  }

  @Override
  public @Nullable String faultOf(long keyNumber, Slice read) {
    int size = read.length();
    if (size < sizes.least() || size > sizes.most()) {
      return "has " + size + " bytes, and none of that size is written";
    }
    MemorySegment segment = read.segment();
    long start = read.offset();
    long writer = size < STAMPED_SIZE ? 0 : segment.get(WORD, start + Long.BYTES);
    long root = root(keyNumber, writer, size);
    for (int offset = 0; offset < size; offset += Long.BYTES) {
      int bytes = Math.min(size - offset, Long.BYTES);
      long expected = word(offset, size, keyNumber, writer, root);
      long found = bytes == Long.BYTES ? segment.get(WORD, start + offset) : tail(read, offset);
      long difference = found ^ expected;
      if (bytes < Long.BYTES) {
        difference &= (1L << (Byte.SIZE * bytes)) - 1;
      }
      if (difference != 0) {
        return fault(size, offset, found, expected, difference);
      }
    }
    return null;
  }

  private static long tail(Slice read, int offset) {
    long word = 0;
    for (int i = read.length() - 1; i >= offset; i--) {
      long next = read.segment().get(ValueLayout.JAVA_BYTE, read.offset() + i) & 0xFF;
      word = (word << Byte.SIZE) | next;
    }
    return word;
  }

  private static String fault(int size, int offset, long found, long expected, long difference) {
    int within = Long.numberOfTrailingZeros(difference) / Byte.SIZE;
    return String.format(
        Locale.ROOT,
        "differs at byte %d of its %d: 0x%02x where 0x%02x was written",
        offset + within,
        size,
        (found >>> (Byte.SIZE * within)) & 0xFF,
        (expected >>> (Byte.SIZE * within)) & 0xFF);
  }
}
