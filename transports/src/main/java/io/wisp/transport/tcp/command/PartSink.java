// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies the part of a value that a range names, so that a little of a long value costs little. */
final class PartSink extends ValueSink {

  private final ValueRange range;
  private final Slice room = new Slice();
  private @Nullable NativeBuffer bytes;
  private boolean full;

  /** Copies parts by a range that its owner sets before each {@link #read}. */
  PartSink(ValueRange range) {
    this.range = range;
  }

  /** Looks for the value of the key in the first argument. The copy lies in the scratch. */
  Status read(CommandRequest request) {
    bytes = request.scratch();
    Status status = request.get(request.key(1), this);
    if (status == Status.FOUND) {
      request.execution().countBytes(range.byteCount());
    }
    return status;
  }

  @Override
  protected @Nullable Slice room(int length) {
    range.resolve(length);
    NativeBuffer buffer = Objects.requireNonNull(bytes);
    int count = range.byteCount();
    full = !buffer.tryEnsureWritable(count);
    if (full || count == 0) {
      return null;
    }
    wantFrom(range.firstByte());
    return room.set(buffer.memory(), buffer.start(), count);
  }

  /** Whether there was no memory for the part of the value that was found. */
  boolean isFull() {
    requireFound();
    return full;
  }

  /** Replies with the part. */
  void replyTo(ReplyWriter reply) {
    requireFound();
    int count = range.byteCount();
    NativeBuffer buffer = Objects.requireNonNull(bytes);
    reply.bulk(buffer.memory(), buffer.start(), count);
  }

  /** How many bits of the range are ones. */
  long countOnes() {
    requireFound();
    return range.isEmpty()
        ? 0
        : Bits.countOnes(room.segment(), inCopy(range.firstBit()), inCopy(range.lastBit()));
  }

  /** The place in the value of the range's first bit that is one, or zero; -1 if none is. */
  long findBit(boolean one) {
    requireFound();
    if (range.isEmpty()) {
      return -1;
    }
    long found = Bits.find(one, room.segment(), inCopy(range.firstBit()), inCopy(range.lastBit()));
    return found < 0 ? -1 : found - inCopy(0);
  }

  private long inCopy(long bit) {
    return bit + 8 * (room.offset() - range.firstByte());
  }
}
