// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

/**
 * Requests that were submitted to go by the ring and are not completed: which of the ring's
 * requests each is, and the hash of its key. First in, first out. It grows as needed, allocates
 * nothing otherwise, and belongs to one thread.
 */
final class SubmittedRequests {

  private long[] numbers = new long[16];
  private long[] hashes = new long[16];
  private int head;
  private int size;

  void add(long number, long hash) {
    if (size == numbers.length) {
      numbers = twice(numbers);
      hashes = twice(hashes);
      head = 0;
    }
    int end = (head + size) & (numbers.length - 1);
    numbers[end] = number;
    hashes[end] = hash;
    size++;
  }

  /** The elements in their order, from the first on, in twice the room. */
  private long[] twice(long[] elements) {
    long[] larger = new long[2 * elements.length];
    int untilEnd = elements.length - head;
    System.arraycopy(elements, head, larger, 0, untilEnd);
    System.arraycopy(elements, 0, larger, untilEnd, head);
    return larger;
  }

  /** The number of the oldest. */
  long number() {
    return numbers[head];
  }

  /** The hash of the key of the oldest. */
  long hash() {
    return hashes[head];
  }

  void removeOldest() {
    head = (head + 1) & (numbers.length - 1);
    size--;
  }
}
