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

  long hash(Slice key) {
    MemorySegment memory = key.segment();
    long end = key.offset() + key.length();
    long at = key.offset();
    long hash = seed ^ key.length();
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      hash = mix(hash, memory.get(WORD, at));
    }
    long last = 0;
    for (; at < end; at++) {
      last = last << Byte.SIZE | (memory.get(BYTE, at) & 0xFF);
    }
    hash = mix(hash, last);
    return hash ^ hash >>> Integer.SIZE;
  }

  private long mix(long hash, long word) {
    long one = word ^ secret;
    long other = hash ^ seed;
    return one * other ^ Math.unsignedMultiplyHigh(one, other) ^ Long.rotateLeft(hash, 29);
  }
}
