// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The hash function XXH64 by Yann Collet, over memory. Same input and seed give the same result as
 * in the reference implementation on every machine: clients in other languages compute it too.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">specification</a>
 */
public final class XxHash64 {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final int BLOCK = 32;

  private XxHash64() {}

  /** The hash of {@code length} bytes from {@code offset} of {@code memory}. */
  public static long hash(MemorySegment memory, long offset, long length, long seed) {
    long end = offset + length;
    long hash;
    long position = offset;
    if (length >= BLOCK) {
      hash = blocks(memory, offset, length, seed);
      position += length & -BLOCK;
    } else {
      hash = seed + PRIME_5;
    }
    hash += length;
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      hash ^= round(0, Words.getUnaligned(memory, position));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (position <= end - Integer.BYTES) {
      hash ^= (memory.get(INT, position) & 0xFFFF_FFFFL) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      position += Integer.BYTES;
    }
    for (; position < end; position++) {
      hash ^= (memory.get(BYTE, position) & 0xFF) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    return avalanche(hash);
  }

  private static long blocks(MemorySegment memory, long offset, long length, long seed) {
    long a = seed + PRIME_1 + PRIME_2;
    long b = seed + PRIME_2;
    long c = seed;
    long d = seed - PRIME_1;
    long end = offset + (length & -BLOCK);
    for (long position = offset; position < end; position += BLOCK) {
      a = round(a, Words.getUnaligned(memory, position));
      b = round(b, Words.getUnaligned(memory, position + 8));
      c = round(c, Words.getUnaligned(memory, position + 16));
      d = round(d, Words.getUnaligned(memory, position + 24));
    }
    long hash =
        Long.rotateLeft(a, 1)
            + Long.rotateLeft(b, 7)
            + Long.rotateLeft(c, 12)
            + Long.rotateLeft(d, 18);
    hash = merge(hash, a);
    hash = merge(hash, b);
    hash = merge(hash, c);
    return merge(hash, d);
  }

  private static long round(long accumulator, long lane) {
    return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long accumulator) {
    return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
  }

  /** The last step of XXH64, which spreads every bit of the input over all bits of the result. */
  public static long avalanche(long value) {
    long hash = value;
    hash = (hash ^ (hash >>> 33)) * PRIME_2;
    hash = (hash ^ (hash >>> 29)) * PRIME_3;
    return hash ^ (hash >>> 32);
  }
}
