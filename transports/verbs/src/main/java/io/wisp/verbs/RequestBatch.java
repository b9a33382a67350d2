// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_RECV_WR;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Objects;

/**
 * Work requests outside the heap, filled in once and posted any number of times. For one thread at
 * a time; nothing allocates.
 *
 * @param <B> the kind of the batch
 */
public abstract sealed class RequestBatch<B extends RequestBatch<B>>
    permits SendBatch, ReceiveBatch {

  // Both kinds of structures begin with the same members.
  private static final long ID = offset(IBV_RECV_WR, "wr_id");
  private static final long NEXT = offset(IBV_RECV_WR, "next");
  private static final long PIECES = offset(IBV_RECV_WR, "sg_list");
  private static final long PIECE_COUNT = offset(IBV_RECV_WR, "num_sge");

  final int capacity;
  final MemorySegment requests;
  final Pieces pieces;
  private final long stride;
  private final MemorySegment refused;
  private final Chain chain;
  private int posted;

  /** Room for requests, each linked to its own pieces and to the next request. */
  RequestBatch(Arena arena, MemoryLayout layout, int capacity, int maxPieces) {
    this.capacity = capacity;
    stride = layout.byteSize();
    requests = arena.allocate(layout, capacity);
    pieces = new Pieces(arena, capacity, maxPieces);
    refused = arena.allocate(ValueLayout.JAVA_LONG);
    chain = new Chain(requests, capacity, stride, NEXT);
    for (int i = 0; i < capacity; i++) {
      requests.set(ValueLayout.JAVA_LONG, at(i) + PIECES, pieces.address(i));
    }
  }

  abstract B self();

  /** Gives a request the number that its completion will have. */
  public final B id(int index, long id) {
    requests.set(ValueLayout.JAVA_LONG, at(index) + ID, id);
    return self();
  }

  /** Makes a request name no memory: an empty message, or immediate data alone. */
  public final B nothing(int index) {
    return pieces(index, 0);
  }

  /**
   * Makes a request use one piece of memory: what a SEND or WRITE takes, where a READ puts what it
   * reads and a receive what comes, where an atomic operation puts the 8 bytes that were there
   * before.
   *
   * @param lkey of a region that contains it, and permits {@link AccessFlag#LOCAL_WRITE} where the
   *     device writes to it
   */
  public final B local(int index, long address, int length, int lkey) {
    return local(index, 0, address, length, lkey);
  }

  /**
   * Makes a request use a further piece of memory. It then has this one and those before.
   *
   * @param piece which, from 0
   */
  public final B local(int index, int piece, long address, int length, int lkey) {
    pieces.set(index, piece, address, length, lkey);
    return pieces(index, piece + 1);
  }

  /** Says how many pieces of memory a request has. */
  B pieces(int index, int count) {
    requests.set(ValueLayout.JAVA_INT, at(index) + PIECE_COUNT, count);
    return self();
  }

  final long at(int index) {
    return Objects.checkIndex(index, capacity) * stride;
  }

  /** How many requests there is room for. */
  public final int capacity() {
    return capacity;
  }

  /**
   * How many requests of the last post that failed were taken all the same; those before the one
   * that was refused.
   */
  public final int posted() {
    return posted;
  }

  /** The address of the first of a run of requests, which ends after {@code count}. */
  final long chain(int first, int count) {
    refused.set(ValueLayout.JAVA_LONG, 0, 0);
    return chain.run(first, count);
  }

  /** Where the library puts the address of a request that it refuses. */
  final long refused() {
    return refused.address();
  }

  /** What to throw when a post of a run was refused. */
  final VerbsException failure(
      String call, String queue, int first, int count, int errno, String cure) {
    posted = chain.indexOf(refused.get(ValueLayout.JAVA_LONG, 0), first) - first;
    return new VerbsException(
        call,
        String.format(Locale.ROOT, "%s, request %d of %d", queue, posted + 1, count),
        errno,
        cure);
  }

  /** For tests: the structures themselves. */
  final MemorySegment memory() {
    return requests;
  }
}
