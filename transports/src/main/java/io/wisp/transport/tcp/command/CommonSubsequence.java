// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.ValueSink;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the longest sequence of bytes that two values have in the same order, by a table of how
 * long it is for each two beginnings of them; then it walks back through the table. Where several
 * are the longest, the directions that it takes are those of Redis, and so is the one that it
 * finds.
 *
 * <p>It is first the sink of both values, one after the other; both and the table lie in one
 * buffer.
 */
final class CommonSubsequence extends ValueSink implements Continuation {

  /** The most bytes of a table, as the longest value is the limit in Redis. */
  private static final long MAX_TABLE_BYTES = Limits.MAX_VALUE_LENGTH;

  /** Values from this length on have a larger table, whatever the other one is. */
  private static final int TOO_LONG = (int) (MAX_TABLE_BYTES / Integer.BYTES);

  /** Cells that are filled, or walked through, in a step. */
  private static final int CELLS_PER_STEP = 1 << 18;

  private static final ValueLayout.OfInt CELL = ValueLayout.JAVA_INT_UNALIGNED;

  private final BufferPool pool;
  private final LcsReply wanted;
  private final NativeBuffer buffer;
  private final Slice room = new Slice();
  private boolean full;
  private boolean outOfMemory;
  private int firstLength;
  private int secondLength;
  private int table;

  /** The next cell to be filled, then the one that the walk has come to. */
  private int row;

  private int column;
  private boolean filled;
  private byte[] subsequence = {};
  private int missing;
  private int matching;

  /** Takes memory from a pool, and tells what it finds to what is to be replied. */
  CommonSubsequence(BufferPool pool, LcsReply wanted) {
    this.pool = pool;
    this.wanted = wanted;
    buffer = pool.take(BufferPool.SMALL);
  }

  @Override
  protected @Nullable Slice room(int length) {
    full = false;
    if (length >= TOO_LONG) {
      return null;
    }
    full = !buffer.tryEnsureWritable(length);
    return full ? null : room.set(buffer.memory(), buffer.end(), length);
  }

  /** Keeps the value that was found, or an empty one. */
  void take() {
    int length = isFound() ? valueLength() : 0;
    outOfMemory |= isFound() && full;
    firstLength = secondLength;
    secondLength = length;
    if (length < TOO_LONG && !outOfMemory) {
      buffer.advance(buffer.end() + length);
    }
  }

  /**
   * Makes room for the table when both values were taken, and returns why that is impossible, or
   * nothing.
   */
  String makeRoom() {
    long bytes = Integer.BYTES * (firstLength + 1L) * (secondLength + 1L);
    if (bytes > MAX_TABLE_BYTES) {
      return "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
    }
    if (outOfMemory || !buffer.tryEnsureWritable((int) bytes)) {
      return "ERR Insufficient memory, failed allocating transient memory for LCS";
    }
    table = buffer.end();
    return "";
  }

  @Override
  public boolean next(ReplyWriter reply) {
    boolean isReady = filled ? walk() : fill();
    if (isReady) {
      wanted.write(reply, lengthAt(firstLength, secondLength), subsequence);
    }
    return !isReady;
  }

  /** Does a step of the table; the answer is whether it is full and nothing else is wanted. */
  private boolean fill() {
    for (int left = CELLS_PER_STEP; left > 0 && row <= firstLength; ) {
      int end = Math.min(secondLength + 1, column + left);
      left -= end - column;
      fill(end);
      if (column > secondLength) {
        column = 0;
        row++;
      }
    }
    filled = row > firstLength;
    if (filled) {
      row = firstLength;
      column = secondLength;
      missing = wanted.isLength() ? 0 : lengthAt(row, column);
      subsequence = new byte[missing];
    }
    return filled && wanted.isLength();
  }

  private void fill(int end) {
    for (; column < end; column++) {
      int length;
      if (row == 0 || column == 0) {
        length = 0;
      } else if (isMatch()) {
        length = lengthAt(row - 1, column - 1) + 1;
      } else {
        length = Math.max(lengthAt(row - 1, column), lengthAt(row, column - 1));
      }
      buffer.memory().set(CELL, cell(row, column), length);
    }
  }

  /** Does a step of the way back; the answer is whether it has come to its end. */
  private boolean walk() {
    for (int left = CELLS_PER_STEP; left > 0 && row > 0 && column > 0; left--) {
      if (isMatch()) {
        row--;
        column--;
        matching++;
        subsequence[--missing] = first(row);
      } else {
        endMatch();
        if (lengthAt(row - 1, column) > lengthAt(row, column - 1)) {
          row--;
        } else {
          column--;
        }
      }
    }
    boolean isOver = row == 0 || column == 0;
    if (isOver) {
      endMatch();
    }
    return isOver;
  }

  private void endMatch() {
    if (matching > 0) {
      wanted.match(row, column, matching);
      matching = 0;
    }
  }

  /** Whether the last bytes of the two beginnings are the same. */
  private boolean isMatch() {
    return first(row - 1)
        == buffer.memory().get(ValueLayout.JAVA_BYTE, buffer.start() + firstLength + column - 1L);
  }

  private byte first(int index) {
    return buffer.memory().get(ValueLayout.JAVA_BYTE, buffer.start() + (long) index);
  }

  private int lengthAt(int row, int column) {
    return buffer.memory().get(CELL, cell(row, column));
  }

  private long cell(int row, int column) {
    return table + Integer.BYTES * (row * (secondLength + 1L) + column);
  }

  @Override
  public long heldBytes() {
    return buffer.capacity();
  }

  @Override
  public void close() {
    pool.give(buffer);
  }
}
