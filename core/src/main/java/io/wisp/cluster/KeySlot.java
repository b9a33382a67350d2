// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The slot of a key: CRC16 of its bytes, modulo the number of slots. If there is something between
 * its first opening brace and the first closing one behind that, it alone counts: so keys that have
 * the same between them are kept together.
 */
public final class KeySlot {

  /** How many slots there are. */
  public static final int COUNT = 16_384;

  /** That of CRC16 as XMODEM has it, which begins with 0 and turns no bits around. */
  private static final int POLYNOMIAL = 0x1021;

  private static final char[] TABLE = new char[256];

  static {
    for (int i = 0; i < TABLE.length; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ POLYNOMIAL;
      }
      TABLE[i] = (char) crc;
    }
  }

  private KeySlot() {}

  /** The slot of a key, 0 to 16,383. */
  public static int of(Slice key) {
    return of(key.segment(), key.offset(), key.length());
  }

  /** The slot of the key of so many bytes at an offset of a segment. */
  public static int of(MemorySegment memory, long offset, int length) {
    long end = offset + length;
    long open = find('{', memory, offset, end);
    long close = open < end ? find('}', memory, open + 1, end) : end;
    boolean isTagged = close < end && close > open + 1;
    int crc = isTagged ? crc16(memory, open + 1, close) : crc16(memory, offset, end);
    return crc & COUNT - 1;
  }

  /** The number of the first key of a batch whose slot is not that of key 0; 0 if there is none. */
  public static int otherThanFirst(WriteBatch batch) {
    int slot = batch.size() == 0 ? 0 : of(batch.get(0).key());
    for (int i = 1; i < batch.size(); i++) {
      if (of(batch.get(i).key()) != slot) {
        return i;
      }
    }
    return 0;
  }

  private static long find(char wanted, MemorySegment memory, long offset, long end) {
    long at = offset;
    while (at < end && memory.get(ValueLayout.JAVA_BYTE, at) != wanted) {
      at++;
    }
    return at;
  }

  /** CRC16 of the bytes from one offset to another. */
  static int crc16(MemorySegment memory, long offset, long end) {
    int crc = 0;
    for (long at = offset; at < end; at++) {
      int next = (crc >>> 8 ^ memory.get(ValueLayout.JAVA_BYTE, at)) & 0xFF;
      crc = (crc << 8 ^ TABLE[next]) & 0xFFFF;
    }
    return crc;
  }
}
