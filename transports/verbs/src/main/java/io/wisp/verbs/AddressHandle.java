// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.MemoryCalls;
import io.wisp.verbs.raw.Structs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Where a datagram goes: a port of the network, without the queue pair there. */
public final class AddressHandle extends VerbsObject {

  private final ProtectionDomain domain;

  private AddressHandle(ProtectionDomain domain, long handle) {
    super(handle, "an address handle of " + domain.context().device().name(), domain);
    this.domain = domain;
  }

  static AddressHandle create(
      ProtectionDomain domain,
      LocalPort local,
      QueuePairAddress remote,
      ConnectionOptions options) {
    long owner = domain.acquire();
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      MemorySegment attributes = arena.allocate(Structs.IBV_AH_ATTR);
      Routes.write(attributes, 0, local, remote, options);
      long handle = MemoryCalls.createAh(state, owner, attributes.address());
      if (handle == 0) {
        throw new VerbsException(
            "ibv_create_ah",
            String.format(
                Locale.ROOT,
                "device=%s, port=%d, from=%s, lid=%d, gid=%s",
                domain.context().device().name(),
                local.number(),
                local.gid(),
                remote.lid(),
                remote.gid()),
            state.errno());
      }
      return registered(domain, handle);
    } finally {
      domain.release();
    }
  }

  static AddressHandle create(
      ProtectionDomain domain,
      int port,
      WorkCompletions completions,
      int index,
      MemorySegment header) {
    if (!header.isNative() || header.byteSize() < GlobalRoutingHeader.BYTES) {
      throw new IllegalArgumentException(
          "the header must be native memory of at least " + GlobalRoutingHeader.BYTES + " bytes");
    }
    long owner = domain.acquire();
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      // A copy: the caller's memory may be freed by another thread during the call.
      MemorySegment copy =
          arena.allocate(Structs.IBV_GRH).copyFrom(header.asSlice(0, GlobalRoutingHeader.BYTES));
      long handle =
          MemoryCalls.createAhFromWc(
              state, owner, completions.addressOf(index), copy.address(), (byte) port);
      if (handle == 0) {
        throw new VerbsException(
            "ibv_create_ah_from_wc",
            "device=" + domain.context().device().name() + ", port=" + port,
            state.errno());
      }
      return registered(domain, handle);
    } finally {
      domain.release();
    }
  }

  private static AddressHandle registered(ProtectionDomain domain, long handle) {
    AddressHandle result = new AddressHandle(domain, handle);
    result.register();
    return result;
  }

  /** The protection domain that it belongs to. */
  public ProtectionDomain domain() {
    return domain;
  }

  @Override
  void destroy() {
    int errno = MemoryCalls.destroyAh(handle());
    if (errno != 0) {
      throw new VerbsException(
          "ibv_destroy_ah", "device=" + domain.context().device().name(), errno);
    }
  }
}
