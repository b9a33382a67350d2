// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.region.XxHash64;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A reader written from FORMAT.md alone: it shares nothing with the table but XXH64. */
final class FormatReader {

  private FormatReader() {}

  static @Nullable String read(MemorySegment region, String key) {
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer memory = region.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long hash = xxh64(keyBytes, memory.getLong(32));
    for (long half : new long[] {hash & 0xFFFFFFFFL, hash >>> 32}) {
      long buckets = memory.getLong(64);
      long power = Long.highestOneBit(buckets);
      long bucket = half % (2 * power) < buckets ? half % (2 * power) : half % power;
      int address = (int) (memory.getLong(40) + 64 * bucket);
      int level = memory.get(address + 7);
      if (half % (1L << level) != bucket) {
        throw new AssertionError("bucket " + bucket + " has level " + level);
      }
      for (int slot = 1; slot <= 7; slot++) {
        String value = readSlot(memory, memory.getLong(address + 8 * slot), hash, keyBytes);
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }

  private static @Nullable String readSlot(ByteBuffer memory, long slot, long hash, byte[] key) {
    long tag =
        ((hash ^ Long.rotateRight(hash, 23) ^ Long.rotateRight(hash, 47)) * 0x9FB21C651E98DF25L)
            >>> 41;
    if (slot == 0 || ((slot >>> 40) & 0x7FFFFF) != tag) {
      return null;
    }
    int record = (int) ((slot & 0xFFFFFFFFFFL) * 8);
    long word0 = memory.getLong(record);
    long word1 = memory.getLong(record + 8);
    boolean live = (word1 & (1L << 27)) != 0 && (word1 & (1L << 28)) == 0;
    int start = record + 24;
    int keyLength = (int) (word0 & 0xFFFF);
    int valueLength = (int) (word1 & 0x7FFFFFF);
    byte[] content = new byte[keyLength + valueLength];
    memory.get(start, content);
    long low = word1 & 0xFFFFFFFFL & ~(1L << 28);
    long m = mix(mix(word0 + low * 0x9E3779B97F4A7C15L) ^ memory.getLong(record + 16));
    long c = xxh64(content, memory.getLong(48));
    m ^= c ^ (c >>> 32);
    long place = record / 8;
    m ^= place * 0x9E3779B1L + (place >>> 32) * 0x85EBCA77L;
    if (!live || (m & 0xFFFFFFFFL) != word1 >>> 32) {
      throw new AssertionError("record at " + record + " is not whole");
    }
    return Arrays.equals(content, 0, keyLength, key, 0, key.length)
        ? new String(content, keyLength, valueLength, StandardCharsets.UTF_8)
        : null;
  }

  private static long mix(long value) {
    long h = value;
    h ^= h >>> 33;
    h *= 0xC2B2AE3D27D4EB4FL;
    h ^= h >>> 29;
    h *= 0x165667B19E3779F9L;
    return h ^ (h >>> 32);
  }

  private static long xxh64(byte[] bytes, long seed) {
    return XxHash64.hash(MemorySegment.ofArray(bytes), 0, bytes.length, seed);
  }
}
