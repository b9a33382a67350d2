// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The connections of one event loop, in no order. */
final class TcpConnections {

  private final Clients clients;
  private final LoopBuffers buffers;
  private final long idleNanos;
  private final List<TcpConnection> list = new ArrayList<>();

  TcpConnections(Clients clients, LoopBuffers buffers) {
    this.clients = clients;
    this.buffers = buffers;
    idleNanos = clients.options().idleTimeout().toNanos();
  }

  int size() {
    return list.size();
  }

  TcpConnection get(int position) {
    return list.get(position);
  }

  void add(TcpConnection connection) {
    list.add(connection);
    connection.position(list.size() - 1);
  }

  /** Takes a connection out, and its client off the list; nothing if it is not here. */
  void remove(TcpConnection connection) {
    int position = connection.position();
    if (position < 0) {
      return;
    }
    TcpConnection last = list.removeLast();
    if (last != connection) {
      list.set(position, last);
      last.position(position);
    }
    connection.position(-1);
    clients.remove(connection.client());
  }

  /** Whether one may become overdue that does nothing. */
  boolean areTimed() {
    return idleNanos > 0 || buffers.holding() > 0;
  }

  /** Closes those that were idle, or kept memory and did nothing with it, for too long by then. */
  void closeOverdue(long then) {
    long fairShare = clients.budget().fairShare(clients.connected());
    for (int i = list.size() - 1; i >= 0; i--) {
      TcpConnection connection = list.get(i);
      if ((idleNanos > 0 && connection.idleNanos(then) > idleNanos)
          || hasStalled(connection, fairShare, then)) {
        clients.reject();
        close(connection);
      }
    }
  }

  /**
   * Whoever holds more than a fair share has less time while others find no memory. While they do
   * not, who has begun a transaction may think as long as he likes.
   */
  private boolean hasStalled(TcpConnection connection, long fairShare, long then) {
    TcpLimits limits = clients.limits();
    boolean isShort = clients.budget().isShort();
    if (!isShort && connection.holdsOnlyTransaction()) {
      return false;
    }
    boolean isHurried = isShort && connection.heldBytes() > fairShare;
    Duration atMost = isHurried ? limits.stallWhileShort() : limits.stall();
    return connection.stalledNanos(then) > atMost.toNanos();
  }

  void close(TcpConnection connection) {
    remove(connection);
    connection.close();
  }
}
