// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Work requests outside the heap, filled in once and posted any number of times. For one thread at
 * a time; nothing allocates.
 */
public abstract sealed class RequestBatch permits SendBatch, ReceiveBatch {

  final int capacity;
  final MemorySegment requests;
  final Pieces pieces;
  private final MemorySegment refused;
  private final Chain chain;
  private int posted;

  /**
   * Room for requests, each linked to its own pieces and to the next request.
   *
   * @param piecesOffset of the pointer to a request's pieces
   * @param nextOffset of the pointer to the next request
   */
  RequestBatch(
      Arena arena,
      MemoryLayout layout,
      int capacity,
      int maxPieces,
      long piecesOffset,
      long nextOffset) {
    this.capacity = capacity;
    requests = arena.allocate(layout, capacity);
    pieces = new Pieces(arena, capacity, maxPieces);
    refused = arena.allocate(ValueLayout.JAVA_LONG);
    chain = new Chain(requests, capacity, layout.byteSize(), nextOffset);
    for (int i = 0; i < capacity; i++) {
      requests.set(ValueLayout.JAVA_LONG, i * layout.byteSize() + piecesOffset, pieces.address(i));
    }
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
