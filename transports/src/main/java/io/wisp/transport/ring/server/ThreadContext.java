// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestExecutor;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RendezvousBuffers;
import io.wisp.transport.ring.RingLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * What the connections of one thread of a server use one after the other: its executor and
 * counters, and scratch buffers.
 */
final class ThreadContext implements AutoCloseable {

  private final RequestExecutor executor;
  private final RingLimits limits;
  private final LongSupplier nanoTime;
  private final RequestCounters counters = new RequestCounters();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment request;
  private final FrameBuffer reply = new FrameBuffer();
  private final RendezvousBuffers buffers;

  ThreadContext(Port port, RequestExecutor executor, ServerLimits limits, LongSupplier nanoTime) {
    this.executor = executor;
    this.limits = limits.rings();
    this.nanoTime = nanoTime;
    request = arena.allocate(limits.rings().maxPayload(), Long.BYTES);
    buffers = new RendezvousBuffers(port, limits.rendezvousBudget());
  }

  RequestExecutor executor() {
    return executor;
  }

  RingLimits limits() {
    return limits;
  }

  /** The clock. */
  long nanoTime() {
    return nanoTime.getAsLong();
  }

  RequestCounters counters() {
    return counters;
  }

  /** Where a request from a ring is copied to, as long as a frame may be. */
  MemorySegment request() {
    return request;
  }

  /** Where replies are made. */
  FrameBuffer reply() {
    return reply;
  }

  /** Where what does not fit a ring is put. */
  RendezvousBuffers buffers() {
    return buffers;
  }

  /** Frees the memory, before the port is closed. */
  @Override
  public void close() {
    buffers.close();
    reply.close();
    arena.close();
  }
}
