// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestExecutor;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RendezvousBuffers;
import io.wisp.transport.ring.RingLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one thread of a server use one after the other: its executor and
 * counters, and scratch buffers.
 *
 * @param commit logs what is written before that happens; null lets it happen at once
 * @param request where a request from a ring is copied to, as long as a frame may be
 * @param reply where replies are made
 * @param rendezvousBudget bytes that the buffers of a source may have together
 * @param buffers where what does not fit a ring is put, by where they come from
 */
record ThreadContext(
    RequestExecutor executor,
    @Nullable RingCommit commit,
    FramesAhead ahead,
    RequestCounters counters,
    RingLimits limits,
    LongSupplier clock,
    Arena arena,
    MemorySegment request,
    FrameBuffer reply,
    long rendezvousBudget,
    Map<BufferSource, RendezvousBuffers> buffers)
    implements AutoCloseable {

  static ThreadContext of(
      RequestExecutor executor,
      @Nullable RingCommit commit,
      ServerLimits limits,
      LongSupplier nanoTime) {
    Arena arena = Arena.ofShared();
    return new ThreadContext(
        executor,
        commit,
        new FramesAhead(executor.prefetcher()),
        new RequestCounters(),
        limits.rings(),
        nanoTime,
        arena,
        arena.allocate(limits.rings().maxPayload(), Long.BYTES),
        new FrameBuffer(),
        limits.rendezvousBudget(),
        new IdentityHashMap<>());
  }

  /** The buffers for what does not fit the rings of a connection. */
  RendezvousBuffers buffersOf(RemoteMemory memory) {
    return buffers.computeIfAbsent(
        memory.buffers(), source -> new RendezvousBuffers(source, rendezvousBudget));
  }

  /**
   * Frees what is kept for connections whose source was given up. Each of them calls it at its end,
   * for it may have given a buffer back: nothing may be left when the source itself is freed.
   */
  void freeIfGivenUp(RemoteMemory memory, RendezvousBuffers kept) {
    BufferSource source = memory.buffers();
    if (source.isGivenUp()) {
      buffers.remove(source);
      kept.close();
    }
  }

  /** Frees the memory, before the port is closed. */
  @Override
  public void close() {
    buffers.values().forEach(RendezvousBuffers::close);
    reply.close();
    arena.close();
  }
}
