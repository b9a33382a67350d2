// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a batch, which is the value of a {@link Operation#WRITE_ALL}: one entry behind the
 * other, each a header, the key and the value, with nothing between or after. Numbers are
 * little-endian; nothing need be aligned.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |    Change     |   Condition   |           Key length          |
 *  +---------------+---------------+-------------------------------+
 *  |                         Value length                          |
 *  +---------------------------------------------------------------+
 *  |                       Expected version                        |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Expiry                             |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           Key                                ...
 *  +---------------------------------------------------------------+
 *  |                          Value                               ...
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>{@link BatchReader} reads what a peer sent; the methods that write trust their arguments.
 */
public final class BatchDescriptor {

  /** The most bytes of a batch: 64 MiB, as of a value. */
  public static final int MAX_LENGTH = Limits.MAX_VALUE_LENGTH;

  /** What a batch may have, in words. */
  public static final String LIMITS =
      "a batch has at most " + WriteBatch.MAX_KEYS + " keys and " + MAX_LENGTH + " bytes";

  static final int CHANGE_OFFSET = 0;
  static final int CONDITION_OFFSET = 1;
  static final int KEY_LENGTH_OFFSET = 2;
  static final int VALUE_LENGTH_OFFSET = 4;
  static final int VERSION_OFFSET = 8;
  static final int EXPIRY_OFFSET = 16;

  /** Where the key of an entry starts. */
  public static final int HEADER_LENGTH = 24;

  private BatchDescriptor() {}

  /** What no store takes of a batch, or what is too much for one; null if it is a possible one. */
  public static @Nullable Status refusalOf(WriteBatch batch) {
    Status refusal = batch.refusal();
    return refusal == null && length(batch) > MAX_LENGTH ? Status.TRANSACTION_TOO_LARGE : refusal;
  }

  /** The length of a batch in bytes. */
  public static long length(WriteBatch batch) {
    long length = 0;
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry entry = batch.get(i);
      length += (long) HEADER_LENGTH + entry.key().length() + valueLength(entry);
    }
    return length;
  }

  /**
   * How many keys the batch of a request has, if that is one; of more than may be, {@link
   * WriteBatch#MAX_KEYS}.
   *
   * @param offset where the batch begins
   * @param end where the request ends
   */
  public static int keysIn(MemorySegment segment, long offset, long end) {
    int keys = 0;
    for (long at = offset; end - at >= HEADER_LENGTH && keys < WriteBatch.MAX_KEYS; keys++) {
      long keyLength =
          Short.toUnsignedLong(segment.get(RequestDescriptor.U16, at + KEY_LENGTH_OFFSET));
      long valueLength =
          Integer.toUnsignedLong(segment.get(RequestDescriptor.U32, at + VALUE_LENGTH_OFFSET));
      at += HEADER_LENGTH + keyLength + valueLength;
    }
    return keys;
  }

  /** Writes a batch that {@link #refusalOf} has nothing against. */
  public static void encode(MemorySegment segment, long offset, WriteBatch batch) {
    long position = offset;
    for (int i = 0; i < batch.size(); i++) {
      position = encode(segment, position, batch.get(i));
    }
  }

  private static long encode(MemorySegment segment, long offset, WriteBatch.Entry entry) {
    Slice key = entry.key();
    int valueLength = valueLength(entry);
    boolean isVersioned = entry.condition() == WriteCondition.IF_VERSION;
    segment.set(ValueLayout.JAVA_BYTE, offset + CHANGE_OFFSET, code(entry.change()));
    segment.set(ValueLayout.JAVA_BYTE, offset + CONDITION_OFFSET, code(entry.condition()));
    segment.set(RequestDescriptor.U16, offset + KEY_LENGTH_OFFSET, (short) key.length());
    segment.set(RequestDescriptor.U32, offset + VALUE_LENGTH_OFFSET, valueLength);
    segment.set(
        RequestDescriptor.U64, offset + VERSION_OFFSET, isVersioned ? entry.expectedVersion() : 0);
    segment.set(
        RequestDescriptor.U64, offset + EXPIRY_OFFSET, isPut(entry) ? entry.expiresAt() : 0);
    long keyOffset = offset + HEADER_LENGTH;
    long valueOffset = keyOffset + key.length();
    MemorySegment.copy(key.segment(), key.offset(), segment, keyOffset, key.length());
    if (valueLength > 0) {
      Slice value = entry.value();
      MemorySegment.copy(value.segment(), value.offset(), segment, valueOffset, valueLength);
    }
    return valueOffset + valueLength;
  }

  private static boolean isPut(WriteBatch.Entry entry) {
    return entry.change() == Change.PUT;
  }

  private static int valueLength(WriteBatch.Entry entry) {
    return isPut(entry) ? entry.value().length() : 0;
  }

  private static byte code(Change change) {
    return switch (change) {
      case NONE -> 0;
      case PUT -> 1;
      case DELETE -> 2;
    };
  }

  private static byte code(WriteCondition condition) {
    return switch (condition) {
      case ALWAYS -> 0;
      case IF_ABSENT -> 1;
      case IF_PRESENT -> 2;
      case IF_VERSION -> 3;
    };
  }

  /** The change that a byte stands for, or null if there is none. */
  static @Nullable Change changeOf(int code) {
    return switch (code) {
      case 0 -> Change.NONE;
      case 1 -> Change.PUT;
      case 2 -> Change.DELETE;
      default -> null;
    };
  }

  /** The condition that a byte stands for, or null if there is none. */
  static @Nullable WriteCondition conditionOf(int code) {
    return switch (code) {
      case 0 -> WriteCondition.ALWAYS;
      case 1 -> WriteCondition.IF_ABSENT;
      case 2 -> WriteCondition.IF_PRESENT;
      case 3 -> WriteCondition.IF_VERSION;
      default -> null;
    };
  }
}
