// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.remote.KeyHandle;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RendezvousBuffers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A lookup in the server's table together with the memory that it reads into: a part of a buffer
 * that all lookups share and, while the value is too long for that, a buffer of its own. Or, if the
 * lookup cannot tell, the request by which the server is asked.
 */
final class PendingGet implements AutoCloseable {

  /** The number of no request. */
  static final long NOT_ASKED = -1;

  private static final int INITIAL_KEY_BYTES = 256;

  private final RemoteLookup lookup;
  private final LocalBuffer shared;
  private final long offset;
  private final int length;
  private final Slice value = new Slice();
  private final Slice key = new Slice();
  private final KeyHandle handle = new KeyHandle();
  private final Arena keys;
  private final RendezvousBuffers buffers;
  private final @Nullable TableLease lease;
  private MemorySegment keyBytes;
  private @Nullable LocalBuffer own;
  private RemoteLookup.Step step = RemoteLookup.Step.FALL_BACK;
  private long number = NOT_ASKED;

  /** Until when what is read counts, where there is a lease. */
  private long leaseEnd;

  /**
   * A lookup that has not begun.
   *
   * @param keys where copies of keys are, which is closed after this
   * @param buffers where longer buffers come from
   * @param lease by which what was read counts, or null if it does anyway
   */
  PendingGet(
      RemoteTable table,
      LocalBuffer shared,
      long offset,
      int length,
      Arena keys,
      RendezvousBuffers buffers,
      @Nullable TableLease lease) {
    this.lease = lease;
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

  /** Keeps a copy of a key, and of its handle, to begin later. */
  void keep(Slice borrowed, KeyHandle found) {
    if (borrowed.length() > keyBytes.byteSize()) {
      keyBytes = keys.allocate(2L * borrowed.length(), Long.BYTES);
    }
    MemorySegment.copy(borrowed.segment(), borrowed.offset(), keyBytes, 0, borrowed.length());
    key.set(keyBytes, 0, borrowed.length());
    handle.set(found);
    number = NOT_ASKED;
  }

  /** The copy of the key. */
  Slice key() {
    return key;
  }

  /** The handle of the key that was kept. */
  KeyHandle handle() {
    return handle;
  }

  /** Begins with a key whose bytes stay until the lookup is done. */
  void start(Slice borrowed, KeyHandle found) {
    number = NOT_ASKED;
    leaseEnd = lease == null ? 0 : lease.end();
    step = judged(lookup.start(borrowed, found));
  }

  /** Begins with the key that was kept. */
  void startKept() {
    start(key, handle);
  }

  /** Goes on after the reads, or with more space. */
  void proceed() {
    step = judged(lookup.proceed());
  }

  /** Nothing of the lookup is read behind its last step: so what it tells is older than this. */
  private RemoteLookup.Step judged(RemoteLookup.Step next) {
    boolean tells = next == RemoteLookup.Step.HIT || next == RemoteLookup.Step.ABSENT;
    return lease == null || !tells || lease.holdsUntil(leaseEnd)
        ? next
        : RemoteLookup.Step.FALL_BACK;
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

  /** Whether the lookup is over and cannot tell, so that the server must be asked. */
  boolean needsServer() {
    return step.isLast() && step != RemoteLookup.Step.HIT && step != RemoteLookup.Step.ABSENT;
  }

  /** The server is asked by a request with this number. */
  void ask(long number) {
    this.number = number;
    giveUpSpace();
  }

  boolean isAsked() {
    return number != NOT_ASKED;
  }

  /** The number of the request by which the server is asked, or {@link #NOT_ASKED}. */
  long number() {
    return number;
  }

  /** Hands the value over, if there is one, and makes this ready for the next lookup. */
  Status finish(ValueSink sink) {
    Status status = Status.ABSENT;
    if (isHit()) {
      status = Status.FOUND;
      lookup.pointAtValue(value);
      sink.take(
          value.segment(), value.offset(), value.length(), lookup.version(), lookup.expiresAt());
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
  }
}
