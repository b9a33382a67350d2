// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.IBV_GID_ENTRY;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.Structure;

/**
 * One of the GIDs of a port.
 *
 * @param gid the address
 * @param index its place in the port's table, by which a queue pair chooses it
 * @param type what packets it stands for
 * @param interfaceIndex the number of the network interface it belongs to, or 0
 */
public record GidEntry(Gid gid, int index, GidType type, int interfaceIndex) {

  /**
   * Whether it is an address of a network interface of this process's network namespace. A port's
   * table holds the GIDs of all namespaces.
   */
  public boolean isHere() {
    return LocalInterfaces.have(this);
  }

  static GidEntry read(Structure entry) {
    return new GidEntry(
        Gid.read(entry.memory(), offset(IBV_GID_ENTRY, "gid")),
        entry.number("gid_index"),
        Coded.findOfDevice(GidType.values(), entry.number("gid_type"), "type of GID"),
        entry.number("ndev_ifindex"));
  }
}
