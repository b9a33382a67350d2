// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Decimal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A copy of a value, or of nothing if there is none, that a command changes. */
final class WorkingCopy extends ValueSink {

  private final NativeBuffer bytes;
  private final Decimal decimal = new Decimal();
  private final Slice room = new Slice();
  private boolean tooLong;
  private boolean full;
  private int copied;
  private int maxLength;

  /** Keeps its copies in a buffer that it shares with nobody while a command runs. */
  WorkingCopy(NativeBuffer bytes) {
    this.bytes = bytes;
  }

  /** Begins, for a value of at most so many bytes. */
  void limit(int maxLength) {
    this.maxLength = maxLength;
    copied = 0;
    bytes.clear();
  }

  /** The bytes of the value and of what it was made, since this began. */
  int copied() {
    return copied + bytes.size();
  }

  @Override
  protected @Nullable Slice room(int length) {
    bytes.clear();
    tooLong = length > maxLength;
    full = !tooLong && !bytes.tryEnsureWritable(length);
    boolean copies = !tooLong && !full;
    copied = copies ? length : 0;
    return copies ? room.set(bytes.memory(), bytes.start(), length) : null;
  }

  /** Whether the value that was found was too long to be copied. */
  boolean isTooLong() {
    return isFound() && tooLong;
  }

  /** Whether there was no memory for a copy of the value that was found. */
  boolean isFull() {
    return isFound() && full;
  }

  /** Makes the copy the value that was found with more behind it; false if there is no memory. */
  boolean append(Slice more) {
    bytes.clear();
    bytes.advance(bytes.start() + (isFound() ? valueLength() : 0));
    if (!bytes.tryEnsureWritable(more.length())) {
      return false;
    }
    bytes.append(more.segment(), more.offset(), more.length());
    return true;
  }

  /**
   * Makes the copy the value that was found, with zeros behind it if it is not as long as this;
   * false if there is no memory.
   */
  boolean extend(int length) {
    int found = isFound() ? valueLength() : 0;
    bytes.clear();
    bytes.advance(bytes.start() + found);
    int more = Math.max(0, length - found);
    if (!bytes.tryEnsureWritable(more)) {
      return false;
    }
    bytes.memory().asSlice(bytes.end(), more).fill((byte) 0);
    bytes.advance(bytes.end() + more);
    return true;
  }

  /** Writes a part over what was {@link #extend extended} so far. */
  void overwrite(int at, Slice part) {
    MemorySegment.copy(
        part.segment(), part.offset(), bytes.memory(), bytes.start() + at, part.length());
  }

  /** Sets a bit of what was {@link #extend extended} so far; the answer is whether it was one. */
  boolean setBit(long bit, boolean one) {
    long at = 8L * bytes.start() + bit;
    boolean wasOne = Bits.isOne(bytes.memory(), at);
    Bits.set(bytes.memory(), at, one);
    return wasOne;
  }

  /** The value that was found, a character for each byte. */
  String text() {
    byte[] value =
        bytes.memory().asSlice(bytes.start(), valueLength()).toArray(ValueLayout.JAVA_BYTE);
    return new String(value, StandardCharsets.ISO_8859_1);
  }

  /** Makes the copy a text of a byte for each character; false if there is no memory. */
  boolean setText(String text) {
    byte[] value = text.getBytes(StandardCharsets.ISO_8859_1);
    bytes.clear();
    if (!bytes.tryEnsureWritable(value.length)) {
      return false;
    }
    bytes.append(value);
    return true;
  }

  /** Whether the value that was found is a number. */
  boolean isNumber() {
    return decimal.read(bytes.memory(), bytes.start(), valueLength());
  }

  /** What {@link #isNumber} read. */
  long number() {
    return decimal.value();
  }

  void setNumber(long number) {
    bytes.clear();
    bytes.ensureWritable(Decimal.MAX_LENGTH);
    bytes.advance(Decimal.write(number, bytes.memory(), bytes.end()));
  }

  /** Points a slice at the value that was found. */
  void pointAtFound(Slice slice) {
    slice.set(bytes.memory(), bytes.start(), valueLength());
  }

  /** Points a slice at what the copy was made. */
  void pointAt(Slice slice) {
    slice.set(bytes.memory(), bytes.start(), bytes.size());
  }
}
