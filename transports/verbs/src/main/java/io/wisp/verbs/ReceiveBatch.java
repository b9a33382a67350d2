// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_RECV_WR;

import io.wisp.verbs.raw.Errno;
import io.wisp.verbs.raw.FastPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Receive requests outside the heap, filled in once and posted any number of times. A new request
 * names no memory: it can take the immediate data of a WRITE, or an empty message. For one thread
 * at a time; nothing allocates.
 */
public final class ReceiveBatch extends RequestBatch<ReceiveBatch> {

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
    super(Arena.ofAuto(), IBV_RECV_WR, checked(capacity, maxPieces), maxPieces);
  }

  private static int checked(int capacity, int maxPieces) {
    if (capacity < 1 || maxPieces < 0) {
      throw new IllegalArgumentException(
          "capacity must be at least 1 and maxPieces at least 0: " + capacity + ", " + maxPieces);
    }
    return capacity;
  }

  @Override
  ReceiveBatch self() {
    return this;
  }

  /** Posts some requests, from one on, to a queue by its own function. */
  void post(VerbsObject queue, String call, MemorySegment function, int first, int count) {
    long requests = chain(first, count);
    long handle = queue.acquire();
    try {
      int errno = FastPath.postReceive(function, handle, requests, refused());
      if (errno != 0) {
        throw failure(queue, call, first, count, Math.abs(errno));
      }
    } finally {
      queue.release();
      Reference.reachabilityFence(this);
    }
  }

  private VerbsException failure(VerbsObject queue, String call, int first, int count, int errno) {
    return failure(
        call,
        queue.name(),
        first,
        count,
        errno,
        errno == Errno.ENOMEM.number()
            ? "the queue is full: post no more than it holds, and take completions first"
            : "the queue pair is in a state that takes no receives, or the request names more"
                + " pieces of memory than were asked for when it was made");
  }
}
