// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Decimal;
import org.jspecify.annotations.Nullable;

/** A copy of a value, or of nothing if there is none, that a command changes. */
final class WorkingCopy extends ValueSink {

  private final NativeBuffer bytes;
  private final Decimal decimal = new Decimal();
  private final Slice room = new Slice();
  private boolean full;
  private int maxLength;

  /** Keeps its copies in a buffer that it shares with nobody while a command runs. */
  WorkingCopy(NativeBuffer bytes) {
    this.bytes = bytes;
  }

  /** Begins, for a value of at most so many bytes. */
  void limit(int maxLength) {
    this.maxLength = maxLength;
  }

  @Override
  protected @Nullable Slice room(int length) {
    bytes.clear();
    full = length > maxLength || !bytes.tryEnsureWritable(length);
    return full ? null : room.set(bytes.memory(), bytes.start(), length);
  }

  /** Whether the value was too long, or there was no memory for the copy. */
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

  /** Points a slice at what the copy was made. */
  void pointAt(Slice slice) {
    slice.set(bytes.memory(), bytes.start(), bytes.size());
  }
}
