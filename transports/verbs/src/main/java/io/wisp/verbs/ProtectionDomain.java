// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.MemoryCalls;
import java.lang.foreign.MemorySegment;

/**
 * What belongs together: queue pairs use only memory regions and address handles of their own
 * protection domain.
 */
public final class ProtectionDomain extends VerbsObject {

  private final Context context;

  ProtectionDomain(Context context, long handle) {
    super(handle, "a protection domain of " + context.device().name(), context);
    this.context = context;
  }

  /** The device that it belongs to. */
  public Context context() {
    return context;
  }

  /**
   * Registers memory, which locks it. Of any length; takes about 0.2 ms a megabyte.
   *
   * @param segment native memory, which must not be freed before the region is closed
   * @param access what may be done with it beside reading it locally
   * @throws IllegalArgumentException if the segment is on the heap, empty, or read-only although
   *     writing was asked for
   * @throws VerbsException if the process may not lock so much memory, or the device cannot
   */
  public MemoryRegion register(MemorySegment segment, AccessFlag... access) {
    return MemoryRegion.register(this, segment, AccessFlag.mask(access));
  }

  /**
   * Makes a queue pair, in state {@link QueuePairState#RESET}.
   *
   * @throws VerbsException if the device refuses; it names the limits that were exceeded
   */
  public QueuePair createQueuePair(QueuePairOptions options) {
    return QueuePairFactory.create(this, options);
  }

  /**
   * Makes a shared receive queue.
   *
   * @param requests how many it holds at least
   * @param scatter how many pieces of memory each can name
   */
  public SharedReceiveQueue createSharedReceiveQueue(int requests, int scatter) {
    return SharedReceiveQueue.create(this, requests, scatter);
  }

  /**
   * Makes an address handle, which tells a datagram where to go.
   *
   * @param local the port to send from
   * @param remote where to; its queue pair number and packet number do not matter
   */
  public AddressHandle createAddressHandle(LocalPort local, QueuePairAddress remote) {
    return AddressHandle.create(this, local, remote, ConnectionOptions.DEFAULT);
  }

  /**
   * As {@link #createAddressHandle(LocalPort, QueuePairAddress)}, with control of the route.
   *
   * @param options of which the route's are used: service level, hop limit, traffic class, flow
   *     label
   */
  public AddressHandle createAddressHandle(
      LocalPort local, QueuePairAddress remote, ConnectionOptions options) {
    return AddressHandle.create(this, local, remote, options);
  }

  /**
   * Makes an address handle that leads back to the sender of a datagram.
   *
   * @param port the number of the port that received it
   * @param completions with the completion of its receive
   * @param index of that completion
   * @param header native memory that begins with the {@link GlobalRoutingHeader} of the datagram
   */
  public AddressHandle createAddressHandle(
      int port, WorkCompletions completions, int index, MemorySegment header) {
    return AddressHandle.create(this, port, completions, index, header);
  }

  @Override
  void destroy() {
    VerbsException.check("ibv_dealloc_pd", context.argument(), MemoryCalls.deallocPd(handle()));
  }
}
