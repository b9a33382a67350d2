// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.MemoryCalls;
import io.wisp.verbs.raw.Structs;
import io.wisp.verbs.raw.Structure;
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
    return create(
        (state, arena) -> {
          Structure attributes = Structure.allocate(Structs.IBV_AH_ATTR, arena);
          Routes.write(attributes, local, remote, options);
          return MemoryCalls.createAh(state, domain.handle(), attributes.address());
        },
        errno ->
            new VerbsException(
                "ibv_create_ah",
                String.format(
                    Locale.ROOT,
                    "%s, port=%d, from=%s, lid=%d, gid=%s",
                    domain.context().argument(),
                    local.number(),
                    local.gid(),
                    remote.lid(),
                    remote.gid()),
                errno),
        handle -> new AddressHandle(domain, handle),
        domain);
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
    return create(
        (state, arena) -> {
          // A copy: the caller's memory may be freed by another thread during the call.
          long copy =
              arena
                  .allocate(Structs.IBV_GRH)
                  .copyFrom(header.asSlice(0, GlobalRoutingHeader.BYTES))
                  .address();
          return MemoryCalls.createAhFromWc(
              state, domain.handle(), completions.addressOf(index), copy, (byte) port);
        },
        errno ->
            new VerbsException(
                "ibv_create_ah_from_wc", domain.context().argument() + ", port=" + port, errno),
        handle -> new AddressHandle(domain, handle),
        domain);
  }

  /** The protection domain that it belongs to. */
  public ProtectionDomain domain() {
    return domain;
  }

  @Override
  void destroy() {
    VerbsException.check(
        "ibv_destroy_ah", domain.context().argument(), MemoryCalls.destroyAh(handle()));
  }
}
