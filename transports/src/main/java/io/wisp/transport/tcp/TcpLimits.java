package io.wisp.transport.tcp;

import java.time.Duration;

/**
 * Limits of a server that nobody needs to set, and tests do.
 *
 * @param bufferMemory bytes that the buffers of all connections may take together
 * @param lingering how long a connection that was refused or closed after an error is read on, so
 *     that its client gets to see why
 */
record TcpLimits(long bufferMemory, Duration lingering) {

  static TcpLimits defaults() {
    return new TcpLimits(1L << 30, Duration.ofSeconds(1));
  }

  TcpLimits withBufferMemory(long bytes) {
    return new TcpLimits(bytes, lingering);
  }
}
