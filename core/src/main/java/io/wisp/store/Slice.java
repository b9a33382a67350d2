// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A run of bytes inside a {@link MemorySegment}: the segment, an offset and a length. It is made
 * once and re-pointed for every operation, so that a hot path passes keys and values without
 * allocating a segment for each.
 *
 * <p>A slice borrows the memory and never frees it. It belongs to one thread; whoever is handed one
 * reads it before returning and keeps no reference to it.
 */
public final class Slice {

  private MemorySegment segment = MemorySegment.NULL;
  private long offset;
  private int length;

  /** An empty slice, to be pointed somewhere with {@link #set}. */
  public Slice() {}

  /** A slice over the whole array, which is not copied. */
  public static Slice of(byte[] bytes) {
    return new Slice().set(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  /** A slice over what remains in the buffer, which is not copied and whose position stays. */
  public static Slice of(ByteBuffer buffer) {
    return new Slice().set(MemorySegment.ofBuffer(buffer), 0, buffer.remaining());
  }

  /** A slice over the UTF-8 bytes of a text. */
  public static Slice of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Points this slice at {@code length} bytes from {@code offset} of {@code segment}.
   *
   * @return this slice
   * @throws IndexOutOfBoundsException if the segment has fewer bytes than that
   */
  public Slice set(MemorySegment segment, long offset, int length) {
    if (offset < 0 || length < 0 || offset > segment.byteSize() - length) {
      throw new IndexOutOfBoundsException(
          "offset=" + offset + " length=" + length + " segment=" + segment.byteSize() + " bytes");
    }
    this.segment = segment;
    this.offset = offset;
    this.length = length;
    return this;
  }

  /** The memory that the bytes are in. */
  public MemorySegment segment() {
    return segment;
  }

  /** Where the bytes start in {@link #segment()}. */
  public long offset() {
    return offset;
  }

  /** How many bytes there are. */
  public int length() {
    return length;
  }

  /** A copy of the bytes. */
  public byte[] toByteArray() {
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return bytes;
  }

  /** The bytes read as UTF-8, for messages and tests. */
  @Override
  public String toString() {
    return new String(toByteArray(), StandardCharsets.UTF_8);
  }
}
