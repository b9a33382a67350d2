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
    DELETE,
    WRITE_ALL
  }

  private final Kind[] kinds;
  private final @Nullable Status[] statuses;
  private final int[] replies;
  private final Deadlines deadlines = new Deadlines();
  private int first;
  private int count;

  OutstandingRequests(int capacity) {
    kinds = new Kind[capacity];
    statuses = new Status[capacity];
    replies = new int[capacity];
  }

  int count() {
    return count;
  }

  int capacity() {
    return kinds.length;
  }

  void add(Kind kind, @Nullable Status status) {
    add(kind, status, 1);
  }

  /** Adds a request that has so many replies, of which the last one ends it. */
  void add(Kind kind, @Nullable Status status, int replyCount) {
    int index = (first + count++) % kinds.length;
    deadlines.add();
    kinds[index] = kind;
    statuses[index] = status;
    replies[index] = replyCount;
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

  /** How many replies to the oldest are still to come. */
  int repliesToOldest() {
    return replies[first];
  }

  /** How many replies to all of them are still to come. */
  int repliesToAll() {
    int all = 0;
    for (int i = 0; i < count; i++) {
      int index = (first + i) % kinds.length;
      all += statuses[index] == null ? replies[index] : 0;
    }
    return all;
  }

  /** A reply to the oldest has come that is not the last. */
  void takeReply() {
    replies[first]--;
  }

  void removeOldest() {
    first = (first + 1) % kinds.length;
    count--;
    deadlines.removeOldest();
  }
}
