// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Reads a batch as a peer sent it, whatever its bytes are, in memory that the peer cannot change
 * any more. One object reads one batch after the other, allocates only while it grows, and belongs
 * to one thread.
 */
final class BatchReader {

  private final WriteBatch batch = new WriteBatch();
  private final Slice key = new Slice();
  private final Slice value = new Slice();
  private String fault = "";

  /** The batch that was read last, in the memory that it was read from, until {@link #clear}. */
  WriteBatch batch() {
    return batch;
  }

  /** What was wrong with the last one that was none. */
  String fault() {
    return fault;
  }

  /** Forgets the batch and where its memory is. */
  void clear() {
    batch.clear();
    key.set(MemorySegment.NULL, 0, 0);
    value.set(MemorySegment.NULL, 0, 0);
  }

  /**
   * Reads a batch.
   *
   * @return {@link Status#DONE}; else {@link Status#MALFORMED} or {@link
   *     Status#TRANSACTION_TOO_LARGE}, and {@link #fault} says why
   */
  Status read(Slice bytes) {
    batch.clear();
    if (bytes.length() > BatchDescriptor.MAX_LENGTH) {
      return tooLarge();
    }
    MemorySegment segment = bytes.segment();
    long position = bytes.offset();
    long end = position + bytes.length();
    while (position < end) {
      if (batch.size() == WriteBatch.MAX_KEYS) {
        return tooLarge();
      }
      String entryFault = readEntry(segment, position, end - position);
      if (entryFault != null) {
        fault = "entry " + batch.size() + " of the batch" + entryFault;
        return Status.MALFORMED;
      }
      position = value.offset() + value.length();
    }
    return Status.DONE;
  }

  private Status tooLarge() {
    fault = BatchDescriptor.LIMITS;
    return Status.TRANSACTION_TOO_LARGE;
  }

  /** Adds the entry at an offset to the batch; the answer is what is wrong with it, or null. */
  private @Nullable String readEntry(MemorySegment segment, long offset, long left) {
    if (left < BatchDescriptor.HEADER_LENGTH) {
      return " has " + left + " bytes, and its header " + BatchDescriptor.HEADER_LENGTH;
    }
    int keyLength =
        Short.toUnsignedInt(
            segment.get(RequestDescriptor.U16, offset + BatchDescriptor.KEY_LENGTH_OFFSET));
    long valueLength =
        Integer.toUnsignedLong(
            segment.get(RequestDescriptor.U32, offset + BatchDescriptor.VALUE_LENGTH_OFFSET));
    long length = BatchDescriptor.HEADER_LENGTH + keyLength + valueLength;
    if (length > left) {
      return " has " + length + " bytes by its lengths, and " + left + " are left";
    }
    long keyOffset = offset + BatchDescriptor.HEADER_LENGTH;
    key.set(segment, keyOffset, keyLength);
    value.set(segment, keyOffset + keyLength, (int) valueLength);
    return addEntry(
        unsigned(segment, offset + BatchDescriptor.CHANGE_OFFSET),
        unsigned(segment, offset + BatchDescriptor.CONDITION_OFFSET),
        segment.get(RequestDescriptor.U64, offset + BatchDescriptor.VERSION_OFFSET),
        segment.get(RequestDescriptor.U64, offset + BatchDescriptor.EXPIRY_OFFSET));
  }

  private static int unsigned(MemorySegment segment, long offset) {
    return Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, offset));
  }

  private @Nullable String addEntry(
      int changeCode, int conditionCode, long expectedVersion, long expiresAt) {
    Change change = BatchDescriptor.changeOf(changeCode);
    if (change == null) {
      return " has the unknown change " + changeCode;
    }
    WriteCondition condition = BatchDescriptor.conditionOf(conditionCode);
    if (condition == null) {
      return " has the unknown condition " + conditionCode;
    }
    if (condition != WriteCondition.IF_VERSION && expectedVersion != 0) {
      return " is " + condition + " and expects version " + Long.toUnsignedString(expectedVersion);
    }
    if (change != Change.PUT && (value.length() != 0 || expiresAt != Store.NEVER)) {
      return " puts nothing, and has a value of "
          + value.length()
          + " bytes and the expiry "
          + expiresAt;
    }
    int before = batch.size();
    long version = RequestDescriptor.expectedVersion(expectedVersion);
    switch (change) {
      case PUT -> batch.put(key, value, expiresAt, condition, version);
      case DELETE -> batch.delete(key, condition, version);
      case NONE -> batch.require(key, condition, version);
    }
    return batch.size() == before ? " has a key that another one has" : null;
  }
}
