// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.cuckoo.remote.KeyHandle;
import java.util.Arrays;

/**
 * Requests that were submitted to go by the ring and are not completed: which of the ring's
 * requests each is, and its key. First in, first out. It grows as needed, allocates nothing
 * otherwise, and belongs to one thread.
 */
final class SubmittedRequests {

  private long[] numbers = new long[16];
  private KeyHandle[] keys = new KeyHandle[16];
  private int head;
  private int size;

  SubmittedRequests() {
    Arrays.setAll(keys, i -> new KeyHandle());
  }

  void add(long number, KeyHandle key) {
    if (size == numbers.length) {
      grow();
    }
    int end = (head + size) & (numbers.length - 1);
    numbers[end] = number;
    keys[end].set(key);
    size++;
  }

  /** Puts all in their order, from the first on, into twice the room. */
  private void grow() {
    long[] moreNumbers = new long[2 * size];
    KeyHandle[] moreKeys = new KeyHandle[2 * size];
    for (int i = 0; i < size; i++) {
      int from = (head + i) & (size - 1);
      moreNumbers[i] = numbers[from];
      moreKeys[i] = keys[from];
      moreKeys[size + i] = new KeyHandle();
    }
    numbers = moreNumbers;
    keys = moreKeys;
    head = 0;
  }

  /** The number of the oldest. */
  long number() {
    return numbers[head];
  }

  /** The key of the oldest, until another is added. */
  KeyHandle key() {
    return keys[head];
  }

  void removeOldest() {
    head = (head + 1) & (numbers.length - 1);
    size--;
  }
}
