package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import java.lang.foreign.MemorySegment;

/** Notes what there is to know of a record, without its value. */
final class RecordSink implements ValueSink {

  private int length;
  private long version;
  private long expiresAt;

  @Override
  public void accept(MemorySegment segment, long offset, int length, long version, long expiresAt) {
    this.length = length;
    this.version = version;
    this.expiresAt = expiresAt;
  }

  int length() {
    return length;
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
