// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Arrays;

/**
 * Until when the replies to submitted requests are waited for, oldest first: a request has one
 * deadline, from when it was sent. It belongs to the thread that uses the client.
 */
public final class Deadlines {

  private long[] times = new long[16];
  private int first;
  private int count;
  private int sent;

  /** Adds a request that is still to be sent. */
  public void add() {
    if (count == times.length) {
      grow();
    }
    count++;
  }

  private void grow() {
    long[] larger = Arrays.copyOf(times, 2 * times.length);
    for (int i = 0; i < count; i++) {
      larger[i] = times[index(i)];
    }
    times = larger;
    first = 0;
  }

  private int index(int fromFirst) {
    return (first + fromFirst) & (times.length - 1);
  }

  /** Whether a request was added that is still to be sent. */
  public boolean anyUnsent() {
    return sent < count;
  }

  /**
   * Takes note that all requests have been sent.
   *
   * @param deadline of those that had not been before
   */
  public void sent(long deadline) {
    for (; sent < count; sent++) {
      times[index(sent)] = deadline;
    }
  }

  /** The deadline of the oldest request, which was sent. */
  public long oldest() {
    if (sent == 0) {
      throw new IllegalStateException("no request was sent");
    }
    return times[first];
  }

  /** Forgets the oldest request, which was added. */
  public void removeOldest() {
    first = index(1);
    count--;
    sent = Math.max(0, sent - 1);
  }
}
