// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_SGE;
import static io.wisp.verbs.raw.Structs.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** The pieces of memory of an array of requests, the same number for each: {@code ibv_sge}s. */
final class Pieces {

  private static final long BYTES = IBV_SGE.byteSize();
  private static final long ADDRESS = offset(IBV_SGE, "addr");
  private static final long LENGTH = offset(IBV_SGE, "length");
  private static final long KEY = offset(IBV_SGE, "lkey");

  private final MemorySegment memory;
  private final int perRequest;

  Pieces(Arena arena, int requests, int perRequest) {
    this.perRequest = perRequest;
    memory = arena.allocate(IBV_SGE, (long) requests * perRequest);
  }

  /** The address of those of a request. */
  long address(int request) {
    return memory.address() + (long) request * perRequest * BYTES;
  }

  void set(int request, int piece, long address, int length, int lkey) {
    if (length < 0) {
      throw new IllegalArgumentException("a length must not be negative: " + length);
    }
    long at = ((long) request * perRequest + Objects.checkIndex(piece, perRequest)) * BYTES;
    memory.set(ValueLayout.JAVA_LONG, at + ADDRESS, address);
    memory.set(ValueLayout.JAVA_INT, at + LENGTH, length);
    memory.set(ValueLayout.JAVA_INT, at + KEY, lkey);
  }
}
