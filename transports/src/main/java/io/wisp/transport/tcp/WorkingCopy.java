package io.wisp.transport.tcp;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import java.lang.foreign.MemorySegment;

/**
 * A copy of a value that a command reads, changes and writes back if the record still has the
 * version that was read.
 */
final class WorkingCopy implements ValueSink {

  private final NativeBuffer bytes;
  private final Decimal decimal = new Decimal();
  private final Slice slice = new Slice();
  private long version;
  private long expiresAt;
  private boolean full;
  private int maxLength;

  /** Keeps its copies in a buffer that it shares with nobody while a command runs. */
  WorkingCopy(NativeBuffer bytes) {
    this.bytes = bytes;
  }

  @Override
  public void accept(MemorySegment segment, long offset, int length, long version, long expiresAt) {
    this.version = version;
    this.expiresAt = expiresAt;
    bytes.clear();
    full = length > maxLength || !bytes.tryEnsureWritable(length);
    if (!full) {
      bytes.append(segment, offset, length);
    }
  }

  /** Begins with no value at all, for one of at most so many bytes. */
  void begin(int maxLength) {
    this.maxLength = maxLength;
    bytes.clear();
    version = 0;
    expiresAt = Store.NEVER;
    full = false;
  }

  /** Whether the value was too long, or there was no memory for the copy. */
  boolean isFull() {
    return full;
  }

  int length() {
    return bytes.size();
  }

  /** Appends to the value; false if there is no memory for it. */
  boolean append(Slice more) {
    if (!bytes.tryEnsureWritable(more.length())) {
      return false;
    }
    bytes.append(more.segment(), more.offset(), more.length());
    return true;
  }

  boolean isNumber() {
    return decimal.read(bytes.memory(), bytes.start(), bytes.size());
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

  /** The value as it is now. */
  Slice value() {
    return slice.set(bytes.memory(), bytes.start(), bytes.size());
  }

  long version() {
    return version;
  }

  boolean expires() {
    return expiresAt != Store.NEVER;
  }

  long expiresAt() {
    return expiresAt;
  }
}
