// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;

/**
 * Hashes keys with a secret of its own, so that nobody can choose keys that fall together. Each
 * word goes through the full product of two numbers, as in wyhash.
 */
final class KeyHasher {

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();
  }

  private final long seed = Secrets.RANDOM.nextLong();
  private final long secret = Secrets.RANDOM.nextLong() | 1;

  /** What a hash begins with: if that were the seed, it would drop out of the first product. */
  private final long start = Secrets.RANDOM.nextLong();

  /** What it ends with: the product of a short key alone tells too much of its low bits. */
  private final long end = Secrets.RANDOM.nextLong();

  long hash(Slice key) {
    MemorySegment memory = key.segment();
    long limit = key.offset() + key.length();
    long at = key.offset();
    long hash = start;
    for (; at <= limit - Long.BYTES; at += Long.BYTES) {
      hash = mix(hash, memory.get(WORD, at));
    }
    long last = 0;
    for (; at < limit; at++) {
      last = last << Byte.SIZE | (memory.get(BYTE, at) & 0xFF);
    }
    hash = mix(mix(hash, last), end ^ key.length());
    return hash ^ hash >>> Integer.SIZE;
  }

  private long mix(long hash, long word) {
    long one = word ^ secret;
    long other = hash ^ seed;
    return one * other ^ Math.unsignedMultiplyHigh(one, other) ^ Long.rotateLeft(hash, 29);
  }
}
