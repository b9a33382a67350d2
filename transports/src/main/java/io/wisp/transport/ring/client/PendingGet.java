// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RendezvousBuffers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A lookup in the server's table together with the memory that it reads into: a part of a buffer
 * that all lookups share and, while the value is too long for that, a buffer of its own.
 */
final class PendingGet implements AutoCloseable {

  private static final int INITIAL_KEY_BYTES = 256;

  private final RemoteLookup lookup;
  private final LocalBuffer shared;
  private final long offset;
  private final int length;
  private final Slice value = new Slice();
  private final Slice key = new Slice();
  private final Arena keys;
  private final RendezvousBuffers buffers;
  private MemorySegment keyBytes;
  private @Nullable LocalBuffer own;
  private RemoteLookup.Step step = RemoteLookup.Step.FALL_BACK;

  /** What the server answered to a lookup that fell back. */
  private @Nullable Status answer;

  private @Nullable ValueBuffer answered;

  /**
   * A lookup that has not begun.
   *
   * @param keys where copies of keys are, which is closed after this
   * @param buffers where longer buffers come from
   */
  PendingGet(
      RemoteTable table,
      LocalBuffer shared,
      long offset,
      int length,
      Arena keys,
      RendezvousBuffers buffers) {
    this.lookup = new RemoteLookup(table);
    this.keys = keys;
    this.buffers = buffers;
    keyBytes = keys.allocate(INITIAL_KEY_BYTES, Long.BYTES);
    this.shared = shared;
    this.offset = offset;
    this.length = length;
    lookup.useBuffer(shared.memory(), offset, length);
  }

  RemoteLookup lookup() {
    return lookup;
  }

  /** The buffer that the reads of the lookup go to. */
  LocalBuffer buffer() {
    LocalBuffer larger = own;
    return larger == null ? shared : larger;
  }

  /** Begins with a key whose bytes stay until the lookup is done. */
  void start(Slice borrowed) {
    step = lookup.start(borrowed);
  }

  /** Begins with a copy of a key. */
  void startWithCopy(Slice borrowed) {
    if (borrowed.length() > keyBytes.byteSize()) {
      keyBytes = keys.allocate(2L * borrowed.length(), Long.BYTES);
    }
    MemorySegment.copy(borrowed.segment(), borrowed.offset(), keyBytes, 0, borrowed.length());
    key.set(keyBytes, 0, borrowed.length());
    start(key);
  }

  /** The copy of the key. */
  Slice key() {
    return key;
  }

  /** Goes on after the reads, or with more space. */
  void proceed() {
    step = lookup.proceed();
  }

  RemoteLookup.Step step() {
    return step;
  }

  /** Goes on with the space that the lookup needs. */
  void enlarge() {
    LocalBuffer larger = buffers.takeUnlimited(lookup.bytesNeeded());
    lookup.useBuffer(larger.memory(), 0, larger.memory().byteSize());
    buffers.giveBack(own);
    own = larger;
    proceed();
  }

  /** Whether the value was found in the table. */
  boolean isHit() {
    return step == RemoteLookup.Step.HIT;
  }

  /** Whether the server must be asked, and has not been. */
  boolean needsServer() {
    return step.isLast()
        && step != RemoteLookup.Step.HIT
        && step != RemoteLookup.Step.ABSENT
        && answer == null;
  }

  /** Where the server's value goes, if it is asked. */
  ValueBuffer answered() {
    ValueBuffer buffer = answered;
    if (buffer == null) {
      buffer = new ValueBuffer();
      answered = buffer;
    }
    return buffer;
  }

  void answer(Status status) {
    answer = status;
  }

  /** Hands the value over, if there is one, and makes this ready for the next lookup. */
  Status finish(ValueSink sink) {
    Status status = answer;
    if (status != null) {
      answer = null;
      if (status == Status.FOUND) {
        ValueBuffer buffer = answered();
        buffer.pointAt(value);
        sink.take(
            value.segment(), value.offset(), value.length(), buffer.version(), buffer.expiresAt());
      }
    } else if (step == RemoteLookup.Step.HIT) {
      status = Status.FOUND;
      lookup.pointAtValue(value);
      sink.take(
          value.segment(), value.offset(), value.length(), lookup.version(), lookup.expiresAt());
    } else {
      status = Status.ABSENT;
    }
    giveUpSpace();
    return status;
  }

  /** Goes back to the shared buffer. */
  void giveUpSpace() {
    LocalBuffer larger = own;
    if (larger != null) {
      own = null;
      lookup.useBuffer(shared.memory(), offset, length);
      buffers.giveBack(larger);
    }
  }

  @Override
  public void close() {
    giveUpSpace();
    ValueBuffer buffer = answered;
    if (buffer != null) {
      answered = null;
      buffer.close();
    }
  }
}
