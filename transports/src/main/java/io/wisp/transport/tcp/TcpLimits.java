// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.time.Duration;

/**
 * Limits of a server that nobody needs to set, and tests do.
 *
 * @param bufferMemory bytes that the buffers of all connections may take together
 * @param lingering how long a connection that was refused or closed after an error is read on, so
 *     that its client gets to see why
 * @param stall how long a connection may keep memory without moving {@link StallClock#STEP} bytes:
 *     for the rest of a request, or for taking a reply
 * @param stallWhileShort the same for one that holds more than a fair share, while others find no
 *     memory
 */
record TcpLimits(long bufferMemory, Duration lingering, Duration stall, Duration stallWhileShort) {

  static TcpLimits defaults() {
    return new TcpLimits(
        1L << 30, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(1));
  }

  TcpLimits withBufferMemory(long bytes) {
    return new TcpLimits(bytes, lingering, stall, stallWhileShort);
  }

  TcpLimits withLingering(Duration lingering) {
    return new TcpLimits(bufferMemory, lingering, stall, stallWhileShort);
  }

  TcpLimits withStall(Duration stall) {
    return new TcpLimits(bufferMemory, lingering, stall, stallWhileShort);
  }

  TcpLimits withStallWhileShort(Duration stall) {
    return new TcpLimits(bufferMemory, lingering, this.stall, stall);
  }
}
