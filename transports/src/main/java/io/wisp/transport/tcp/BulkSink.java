package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import java.lang.foreign.MemorySegment;

/**
 * Appends a value that the store found to a buffer as a bulk string: header, value, end of line.
 */
final class BulkSink implements ValueSink {

  private NativeBuffer output;
  private int mark;
  private int valueLength;
  private long version;
  private long expiresAt;
  private boolean full;

  BulkSink(NativeBuffer output) {
    this.output = output;
  }

  /** Starts a reply behind what is in the buffer. */
  void begin(NativeBuffer output) {
    this.output = output;
    // Relative to the start, since the bytes move when the buffer grows.
    mark = output.size();
    full = false;
    expiresAt = Store.NEVER;
  }

  @Override
  public void accept(MemorySegment segment, long offset, int length, long version, long expiresAt) {
    rollBack();
    this.version = version;
    this.expiresAt = expiresAt;
    valueLength = length;
    full = !output.tryEnsureWritable(length + ReplyWriter.MAX_HEADER_LENGTH + 2);
    if (full) {
      return;
    }
    MemorySegment memory = output.memory();
    int at = ReplyWriter.header(memory, output.end(), (byte) '$', length);
    MemorySegment.copy(segment, offset, memory, at, length);
    output.advance(ReplyWriter.endLine(memory, at + length));
  }

  /** Takes back the reply. */
  void rollBack() {
    output.truncate(output.start() + mark);
  }

  /** Whether the buffer could not hold the value, so that no reply was appended. */
  boolean isFull() {
    return full;
  }

  /** Where the value itself lies in the buffer. */
  int valueOffset() {
    return output.end() - 2 - valueLength;
  }

  int valueLength() {
    return valueLength;
  }

  long version() {
    return version;
  }

  long expiresAt() {
    return expiresAt;
  }
}
