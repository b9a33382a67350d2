// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Keys and the values to store under them, for {@link Store#putAll}. It is made once and filled
 * anew for every write, and allocates only while it grows.
 *
 * <p>It borrows the memory of keys and values, which must not change until the write has returned.
 * It belongs to one thread.
 */
public final class WriteBatch {

  private static final int INITIAL_CAPACITY = 16;

  private Slice[] keys = new Slice[0];
  private Slice[] values = new Slice[0];
  private int size;

  /** How many pairs there are, keys that were added twice counted twice. */
  public int size() {
    return size;
  }

  /** Adds a pair. If the key was added before, this value counts. */
  public void add(Slice key, Slice value) {
    if (size == keys.length) {
      int capacity = Math.max(INITIAL_CAPACITY, 2 * size);
      keys = grown(keys, capacity);
      values = grown(values, capacity);
    }
    keys[size].set(key.segment(), key.offset(), key.length());
    values[size].set(value.segment(), value.offset(), value.length());
    size++;
  }

  private static Slice[] grown(Slice[] slices, int capacity) {
    Slice[] grown = Arrays.copyOf(slices, capacity);
    for (int i = slices.length; i < capacity; i++) {
      grown[i] = new Slice();
    }
    return grown;
  }

  /** The key of a pair; pairs are numbered from 0 in the order in which they were added. */
  public Slice key(int index) {
    return keys[index];
  }

  /** The value of a pair. */
  public Slice value(int index) {
    return values[index];
  }

  /** Forgets all pairs and where their memory is. */
  public void clear() {
    for (int i = 0; i < size; i++) {
      keys[i].set(MemorySegment.NULL, 0, 0);
      values[i].set(MemorySegment.NULL, 0, 0);
    }
    size = 0;
  }
}
