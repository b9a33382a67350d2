// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * An array of work requests, each linked to the next, of which any run can be posted: the link
 * after its last one is cut, and mended when another run is posted.
 */
final class Chain {

  private static final int UNCUT = -1;

  private final MemorySegment requests;
  private final int capacity;
  private final long stride;
  private final long nextOffset;
  private int cut = UNCUT;

  Chain(MemorySegment requests, int capacity, long stride, long nextOffset) {
    this.requests = requests;
    this.capacity = capacity;
    this.stride = stride;
    this.nextOffset = nextOffset;
    for (int i = 0; i < capacity - 1; i++) {
      link(i);
    }
  }

  /** The address of the first of a run that ends where it should. */
  long run(int first, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("at least one request must be posted: " + count);
    }
    Objects.checkFromIndexSize(first, count, capacity);
    int last = first + count - 1;
    if (cut != last) {
      if (cut != UNCUT) {
        link(cut);
      }
      requests.set(ValueLayout.JAVA_LONG, last * stride + nextOffset, 0);
      cut = last;
    }
    return requests.address() + first * stride;
  }

  private void link(int index) {
    long next = index + 1 < capacity ? requests.address() + (index + 1) * stride : 0;
    requests.set(ValueLayout.JAVA_LONG, index * stride + nextOffset, next);
  }

  /**
   * Which request an address is that of.
   *
   * @param otherwise for 0, which devices leave that refuse a run as a whole
   */
  int indexOf(long address, int otherwise) {
    return address == 0 ? otherwise : (int) ((address - requests.address()) / stride);
  }
}
