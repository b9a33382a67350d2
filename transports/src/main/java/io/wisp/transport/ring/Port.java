// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

/**
 * Where what other sides send to one thread arrives, on any number of connections. It belongs to
 * that thread; only {@link #wake} may be called by others.
 */
public interface Port extends AutoCloseable {

  /** Begins to take in what arrives on a connection that was accepted for this port. */
  void attach(RemoteMemory connection);

  /**
   * Takes in what has arrived since, without waiting or allocating: notifications, credit,
   * completed reads, broken connections.
   *
   * @return whether there was anything
   */
  boolean poll();

  /**
   * The number of a connection for which something was taken in since it was last named here, or
   * -1. The number is the one that its offer was accepted with; a client's is 0.
   */
  int nextReady();

  /**
   * Sleeps until something has arrived that {@link #poll} has not taken in, until {@link #wake}, or
   * until the time is over; it may also return for no reason.
   */
  void await(long nanoseconds);

  /**
   * Has what was thrown by an access to memory that a client has taken away come out here, and not
   * somewhere behind it. Where no client can do that, there is nothing to do.
   */
  default void settle() {}

  /**
   * Ends an {@link #await} under way, or the next one. Any thread may call it, and also when the
   * port was closed.
   */
  void wake();

  /** What its thread has had it and its connections do. */
  FabricCounters counters();

  /** Frees what the port holds; its connections and buffers are closed before. */
  @Override
  void close();
}
