// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_RECV_WR;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Receive requests outside the heap, filled in once and posted any number of times. A new request
 * names no memory: it can take the immediate data of a WRITE, or an empty message. For one thread
 * at a time; nothing allocates.
 */
public final class ReceiveBatch extends RequestBatch {

  private static final long BYTES = IBV_RECV_WR.byteSize();
  private static final long ID = offset(IBV_RECV_WR, "wr_id");
  private static final long NEXT = offset(IBV_RECV_WR, "next");
  private static final long PIECES = offset(IBV_RECV_WR, "sg_list");
  private static final long PIECE_COUNT = offset(IBV_RECV_WR, "num_sge");

  /** Requests with one piece of memory each at most. */
  public ReceiveBatch(int capacity) {
    this(capacity, 1);
  }

  /**
   * Room for requests.
   *
   * @param capacity how many
   * @param maxPieces how many pieces of memory each can name; may be 0
   */
  public ReceiveBatch(int capacity, int maxPieces) {
    super(Arena.ofAuto(), IBV_RECV_WR, checked(capacity, maxPieces), maxPieces, PIECES, NEXT);
  }

  private static int checked(int capacity, int maxPieces) {
    if (capacity < 1 || maxPieces < 0) {
      throw new IllegalArgumentException(
          "capacity must be at least 1 and maxPieces at least 0: " + capacity + ", " + maxPieces);
    }
    return capacity;
  }

  /** Gives a request the number that its completion will have. */
  public ReceiveBatch id(int index, long id) {
    requests.set(ValueLayout.JAVA_LONG, at(index) + ID, id);
    return this;
  }

  /** Makes a request name no memory. */
  public ReceiveBatch nothing(int index) {
    requests.set(ValueLayout.JAVA_INT, at(index) + PIECE_COUNT, 0);
    return this;
  }

  /**
   * Makes a request receive into one piece of memory.
   *
   * @param lkey of a region that contains it and permits {@link AccessFlag#LOCAL_WRITE}
   */
  public ReceiveBatch local(int index, long address, int length, int lkey) {
    return local(index, 0, address, length, lkey);
  }

  /**
   * Makes a request receive into a further piece of memory. It then has this one and those before.
   *
   * @param piece which, from 0
   */
  public ReceiveBatch local(int index, int piece, long address, int length, int lkey) {
    long at = at(index);
    pieces.set(index, piece, address, length, lkey);
    requests.set(ValueLayout.JAVA_INT, at + PIECE_COUNT, piece + 1);
    return this;
  }

  VerbsException failure(String call, String queue, int first, int count, int errno) {
    return failure(
        call,
        queue,
        first,
        count,
        errno,
        errno == Errno.ENOMEM.number()
            ? "the queue is full: post no more than it holds, and take completions first"
            : "the queue pair is in a state that takes no receives, or the request names more"
                + " pieces of memory than were asked for when it was made");
  }

  private long at(int index) {
    return Objects.checkIndex(index, capacity) * BYTES;
  }
}
