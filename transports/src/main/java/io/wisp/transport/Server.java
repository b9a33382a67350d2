// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** A server at work. Any thread may use it. */
public interface Server extends AutoCloseable {

  /** Where it listens, with the port that it really got. */
  Endpoint endpoint();

  /** What it serves with, for people: transport, address and device. */
  String description();

  /** What it has done so far. */
  ServerStatistics statistics();

  /**
   * Stops listening, closes every connection and waits for the server's threads. Idempotent; after
   * it returns no thread of this server touches the store.
   */
  @Override
  void close();
}
