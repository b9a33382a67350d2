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
 *
 * @param request where a request from a ring is copied to, as long as a frame may be
 * @param reply where replies are made
 * @param buffers where what does not fit a ring is put
 */
record ThreadContext(
    RequestExecutor executor,
    RequestCounters counters,
    RingLimits limits,
    LongSupplier clock,
    Arena arena,
    MemorySegment request,
    FrameBuffer reply,
    RendezvousBuffers buffers)
    implements AutoCloseable {

  static ThreadContext of(
      Port port, RequestExecutor executor, ServerLimits limits, LongSupplier nanoTime) {
    Arena arena = Arena.ofShared();
    return new ThreadContext(
        executor,
        new RequestCounters(),
        limits.rings(),
        nanoTime,
        arena,
        arena.allocate(limits.rings().maxPayload(), Long.BYTES),
        new FrameBuffer(),
        new RendezvousBuffers(port, limits.rendezvousBudget()));
  }

  /** Frees the memory, before the port is closed. */
  @Override
  public void close() {
    buffers.close();
    reply.close();
    arena.close();
  }
}
