// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * Whole numbers from 0, first in, first out: what becomes of reads and requests, in their order. It
 * grows as needed, allocates nothing otherwise, and belongs to one thread.
 */
public final class TokenQueue {

  /** The answer if it is empty. */
  public static final int NONE = -1;

  private int[] tokens = new int[16];
  private int head;
  private int size;

  /** Adds a token, which is not {@link #NONE}. */
  public void add(int token) {
    if (size == tokens.length) {
      int[] larger = new int[2 * size];
      for (int i = 0; i < size; i++) {
        larger[i] = tokens[(head + i) % size];
      }
      tokens = larger;
      head = 0;
    }
    tokens[(head + size) & (tokens.length - 1)] = token;
    size++;
  }

  /** Takes the oldest out, or {@link #NONE}. */
  public int poll() {
    if (size == 0) {
      return NONE;
    }
    int token = tokens[head];
    head = (head + 1) & (tokens.length - 1);
    size--;
    return token;
  }

  /** The oldest, which stays, or {@link #NONE}. */
  public int peek() {
    return size == 0 ? NONE : tokens[head];
  }

  /** How many there are. */
  public int size() {
    return size;
  }
}
