// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.Prefetcher;
import io.wisp.store.Store;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.CommandRequest;
import io.wisp.transport.tcp.command.CommandTable;
import io.wisp.transport.tcp.command.Commands;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.command.SlotCheck;
import io.wisp.transport.tcp.command.Traffic;
import io.wisp.transport.tcp.resp.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * What all sessions of one thread share.
 *
 * @param request what commands work with
 * @param buffers where sessions take memory from
 * @param slots which keys this node of a cluster has; null means all
 * @param gate when commands may write; null means at once
 */
public record SessionContext(
    CommandRequest request,
    BufferPool buffers,
    CommandTable commands,
    RequestParser parser,
    RequestsAhead ahead,
    RequestCounters counters,
    @Nullable SlotCheck slots,
    @Nullable WriteGate gate)
    implements AutoCloseable {

  /**
   * Of sessions that serve a store.
   *
   * @param traffic counts what the sessions read
   * @param scratch memory for commands to work in, which is closed with this
   * @param gate when commands may write; null means at once
   */
  public SessionContext(
      Store store,
      ServerView server,
      Traffic traffic,
      NativeBuffer scratch,
      BufferPool buffers,
      RequestCounters counters,
      @Nullable WriteGate gate) {
    this(
        new CommandRequest(store, server, gate, traffic, buffers, scratch),
        buffers,
        Commands.table(),
        store.prefetcher(),
        counters,
        server.member(),
        gate);
  }

  private SessionContext(
      CommandRequest request,
      BufferPool buffers,
      CommandTable commands,
      Prefetcher prefetcher,
      RequestCounters counters,
      @Nullable ClusterMember member,
      @Nullable WriteGate gate) {
    this(
        request,
        buffers,
        commands,
        new RequestParser(),
        new RequestsAhead(commands, prefetcher),
        counters,
        slots(member, commands),
        gate);
  }

  private static @Nullable SlotCheck slots(@Nullable ClusterMember member, CommandTable commands) {
    return member == null ? null : new SlotCheck(member, commands);
  }

  @Override
  public void close() {
    request.close();
  }
}
