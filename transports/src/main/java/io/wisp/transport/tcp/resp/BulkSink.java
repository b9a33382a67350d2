// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Takes a value as a bulk string (header, value, end of line) behind the end of a buffer, of which
 * it becomes part with {@link #append}. Nothing else may be appended in between.
 */
public final class BulkSink extends ValueSink {

  private final Slice room = new Slice();
  private NativeBuffer output;
  private int end;
  private boolean full;

  /** Takes values into a buffer. */
  public BulkSink(NativeBuffer output) {
    this.output = output;
  }

  /** Turns to the buffer that the next value may go to. */
  public void turnTo(NativeBuffer output) {
    this.output = output;
  }

  @Override
  protected @Nullable Slice room(int length) {
    full = !output.tryEnsureWritable(length + ReplyWriter.MAX_HEADER_LENGTH + 2);
    if (full) {
      return null;
    }
    MemorySegment memory = output.memory();
    end = output.end();
    int at = ReplyWriter.header(memory, end, (byte) '$', length);
    return room.set(memory, at, length);
  }

  /** Whether the buffer could not hold the value that was found. */
  public boolean isFull() {
    requireFound();
    return full;
  }

  /** Whether the value that was found is in the buffer and has these bytes. */
  public boolean holds(Slice bytes) {
    return !isFull()
        && valueLength() == bytes.length()
        && MemorySegment.mismatch(
                room.segment(),
                room.offset(),
                room.offset() + bytes.length(),
                bytes.segment(),
                bytes.offset(),
                bytes.offset() + bytes.length())
            < 0;
  }

  /** Makes the value that was found, and for which there was room, part of the buffer. */
  public void append() {
    if (isFull() || output.end() != end) {
      throw new IllegalStateException("the value is not behind the end of the buffer");
    }
    int behind = Math.toIntExact(room.offset()) + valueLength();
    output.advance(ReplyWriter.endLine(output.memory(), behind));
  }
}
