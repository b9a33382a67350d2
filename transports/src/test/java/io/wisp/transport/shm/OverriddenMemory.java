// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.Overridden;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Fabrics whose connections do what others do, but for the methods that a test gives them. */
final class OverriddenMemory {

  private OverriddenMemory() {}

  /**
   * A fabric.
   *
   * @param overrides what some methods of a connection do instead, by their names
   */
  static ClientFabric in(
      ClientFabric fabric, Function<RemoteMemory, Map<String, Overridden.Instead>> overrides) {
    return Overridden.in(
        ClientFabric.class,
        fabric,
        Map.of(
            "connect",
            original -> {
              RemoteMemory memory = (RemoteMemory) Objects.requireNonNull(original.call());
              return Overridden.in(RemoteMemory.class, memory, overrides.apply(memory));
            }));
  }
}
