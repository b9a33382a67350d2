// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.Status;
import io.wisp.transport.Deadlines;
import org.jspecify.annotations.Nullable;

/** The requests whose replies are still to come, oldest first. */
final class OutstandingRequests {

  /** What was asked for. */
  enum Kind {
    PUT,
    GET,
    DELETE
  }

  private final Kind[] kinds;
  private final @Nullable Status[] statuses;
  private final Deadlines deadlines = new Deadlines();
  private int first;
  private int count;

  OutstandingRequests(int capacity) {
    kinds = new Kind[capacity];
    statuses = new Status[capacity];
  }

  int count() {
    return count;
  }

  int capacity() {
    return kinds.length;
  }

  void add(Kind kind, @Nullable Status status) {
    int index = (first + count++) % kinds.length;
    deadlines.add();
    kinds[index] = kind;
    statuses[index] = status;
  }

  /** Until when each is waited for. */
  Deadlines deadlines() {
    return deadlines;
  }

  Kind oldest() {
    return kinds[first];
  }

  /** The status of the oldest request if it was refused and not sent, or null. */
  @Nullable Status oldestStatus() {
    return statuses[first];
  }

  void removeOldest() {
    first = (first + 1) % kinds.length;
    count--;
    deadlines.removeOldest();
  }
}
