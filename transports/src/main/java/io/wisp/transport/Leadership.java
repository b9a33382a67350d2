// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * Whether a server leads those that share a log with it, so that its store has all that any of them
 * has acknowledged. A server that was paused or cut off learns too late that another one leads. So
 * what it reads counts only in two cases: if a lease holds at some moment behind the arrival of who
 * asks, or if an entry that it appends later is committed. Thread-safe.
 */
public interface Leadership {

  /**
   * Whether entries can be appended. When this says so no more, the map of the cluster does not
   * name this server as the master any more.
   */
  boolean isHeld();

  /** For how many nanoseconds more the lease holds; 0 or less if there is none. */
  long leaseNanos();
}
