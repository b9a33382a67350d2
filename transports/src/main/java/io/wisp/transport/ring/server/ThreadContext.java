// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestExecutor;
import io.wisp.transport.ring.RendezvousBuffers;
import io.wisp.transport.ring.RingLimits;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * What the connections of one thread of a server use one after the other.
 *
 * @param request where a request from a ring is copied to, as long as a frame may be
 * @param reply where replies are made
 * @param buffers where what does not fit a ring is put
 * @param nanoTime the clock
 */
record ThreadContext(
    RequestExecutor executor,
    MemorySegment request,
    FrameBuffer reply,
    RendezvousBuffers buffers,
    RingLimits limits,
    RequestCounters counters,
    LongSupplier nanoTime) {}
