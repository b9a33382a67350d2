// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.transport.ring.RingLimits;
import java.time.Duration;

/**
 * What a server allows a client.
 *
 * @param rings the rings of a connection
 * @param rendezvousBudget bytes that the long requests and replies of one thread may hold together,
 *     for each device
 * @param handshake how long a client may take from connecting to being served
 * @param stall how long a client may take to read a long reply that it is offered
 */
public record ServerLimits(
    RingLimits rings, long rendezvousBudget, Duration handshake, Duration stall) {

  /** Rings of 256 KiB, 256 MiB for what is longer, 30 s for the handshake, as long to read. */
  public static ServerLimits defaults() {
    return new ServerLimits(
        RingLimits.defaults(), 256L << 20, Duration.ofSeconds(30), Duration.ofSeconds(30));
  }
}
