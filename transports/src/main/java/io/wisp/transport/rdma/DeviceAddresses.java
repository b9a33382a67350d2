// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.verbs.Context;
import io.wisp.verbs.GidEntry;
import io.wisp.verbs.GidType;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.PortAttributes;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses of this machine a device has: those that its GIDs of RoCE v2 stand for. What is
 * addressed by LID has none.
 *
 * @param ports how many ports the device has
 * @param attributes what a port is like now
 * @param gids those of a port
 * @param isHere whether a GID is an address of this process's network namespace
 */
record DeviceAddresses(
    int ports,
    IntFunction<PortAttributes> attributes,
    IntFunction<List<GidEntry>> gids,
    Predicate<GidEntry> isHere) {

  static DeviceAddresses of(Context context) {
    return new DeviceAddresses(
        context.attributes().ports(), context::queryPort, context::gids, GidEntry::isHere);
  }

  /**
   * The port and GID of an address, if the choice leaves both open or has just that port.
   *
   * @return null if no active port has the address
   */
  @Nullable LocalPort find(InetAddress address, DeviceChoice choice) {
    if (choice.gidIndex() != LocalPort.ANY) {
      return null;
    }
    for (int number = 1; number <= ports; number++) {
      if (choice.port() == LocalPort.ANY || choice.port() == number) {
        LocalPort found = findAt(number, address);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private @Nullable LocalPort findAt(int number, InetAddress address) {
    PortAttributes port = attributes.apply(number);
    if (!port.isActive()) {
      return null;
    }
    for (GidEntry entry : gids.apply(number)) {
      if (standsFor(entry, address) && isHere.test(entry)) {
        return new LocalPort(port, entry);
      }
    }
    return null;
  }

  /** A link-local address can be that of several interfaces, and then its scope tells which. */
  private static boolean standsFor(GidEntry entry, InetAddress address) {
    boolean same = entry.type() == GidType.ROCE_V2 && entry.gid().toInetAddress().equals(address);
    int scope = address instanceof Inet6Address scoped ? scoped.getScopeId() : 0;
    return same && (scope == 0 || !entry.gid().isLinkLocal() || scope == entry.interfaceIndex());
  }
}
