package io.wisp.store;

import java.lang.foreign.MemorySegment;

/** Where a store puts the value that it found. */
@FunctionalInterface
public interface ValueSink {

  /**
   * Takes a copy of a value. A reader without locks may find, after the sink has copied, that the
   * record changed under it; it then calls again, or answers {@link Status#ABSENT}. So only the
   * last call before an operation returns {@link Status#FOUND} counts, and a sink draws no
   * conclusion from the bytes before that.
   *
   * @param segment the memory that holds the value, valid during this call
   * @param offset where the value starts
   * @param length its length in bytes; the sink may rely on it to size its copy
   * @param version the record's version, for {@link Store#compareAndSet}
   * @param expiresAt when the record expires, in milliseconds since the epoch, or {@link
   *     Store#NEVER}
   */
  void accept(MemorySegment segment, long offset, int length, long version, long expiresAt);
}
