// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A port of this machine together with the address by which peers reach it: on Ethernet one of its
 * GIDs, on InfiniBand its LID and, where traffic crosses routers, a GID too.
 *
 * @param attributes of the port when it was chosen
 * @param gid the chosen GID, or null if the port is addressed by LID alone
 */
public record LocalPort(PortAttributes attributes, @Nullable GidEntry gid) {

  /** For {@link Context#selectPort(int, int)}: whichever port or GID is best. */
  public static final int ANY = -1;

  /** IPv4 first, then routable IPv6, then link-local; among equals the first in the table. */
  private static final Comparator<GidEntry> BEST_FIRST =
      Comparator.<GidEntry>comparingInt(
              entry -> entry.gid().isIpv4() ? 0 : entry.gid().isLinkLocal() ? 2 : 1)
          .thenComparingInt(GidEntry::index);

  /** The number of the port, from 1. */
  public int number() {
    return attributes.number();
  }

  /** The chosen GID, or {@link Gid#NONE}. */
  public Gid gidOrNone() {
    return gid == null ? Gid.NONE : gid.gid();
  }

  static LocalPort select(Context context, int wantedPort, int wantedGid) {
    if (context.device().transport() == DeviceTransport.IWARP) {
      throw new VerbsException(
          context.device().name()
              + " is an iWARP device, whose queue pairs connect through rdma_cm alone; this needs"
              + " RoCE or InfiniBand");
    }
    int ports = context.attributes().ports();
    if (wantedPort != ANY) {
      if (wantedPort < 1 || wantedPort > ports) {
        throw new VerbsException(
            String.format(
                Locale.ROOT,
                "%s has no port %d; its ports are 1 to %d",
                context.device().name(),
                wantedPort,
                ports));
      }
      return choose(context, context.queryPort(wantedPort), wantedGid);
    }
    for (int port = 1; port <= ports; port++) {
      PortAttributes attributes = context.queryPort(port);
      if (attributes.isActive()) {
        return choose(context, attributes, wantedGid);
      }
    }
    throw new VerbsException(
        "no port of " + context.device().name() + " is active: is the link or the interface up?");
  }

  private static LocalPort choose(Context context, PortAttributes port, int wantedGid) {
    return choose(
        "port " + port.number() + " of " + context.device().name(),
        port,
        wantedGid,
        () -> context.gids(port.number()));
  }

  /**
   * Chooses among the GIDs of a port.
   *
   * @param name what messages call the port
   * @param allGids asked only where the LID will not do: the table can be long
   */
  static LocalPort choose(
      String name, PortAttributes port, int wantedGid, Supplier<List<GidEntry>> allGids) {
    if (!port.isActive()) {
      throw new VerbsException(name + " is " + port.state() + ": is the link or the interface up?");
    }
    boolean ethernet = port.linkLayer() == LinkLayer.ETHERNET;
    if (wantedGid == ANY && !ethernet && port.lid() != 0) {
      return new LocalPort(port, null);
    }
    List<GidEntry> gids = allGids.get();
    if (wantedGid != ANY) {
      return gids.stream()
          .filter(entry -> entry.index() == wantedGid)
          .findFirst()
          .map(entry -> new LocalPort(port, entry))
          .orElseThrow(() -> noSuchGid(name, wantedGid, gids));
    }
    GidType type = ethernet ? GidType.ROCE_V2 : GidType.INFINIBAND;
    return gids.stream()
        .filter(entry -> entry.type() == type)
        .min(BEST_FIRST)
        .map(entry -> new LocalPort(port, entry))
        .orElseThrow(() -> noGidOfType(name, type, gids));
  }

  private static VerbsException noSuchGid(String port, int index, List<GidEntry> gids) {
    return new VerbsException(
        String.format(
            Locale.ROOT, "%s has no GID at index %d; it has %s", port, index, text(gids)));
  }

  private static VerbsException noGidOfType(String port, GidType type, List<GidEntry> gids) {
    return new VerbsException(
        String.format(
            Locale.ROOT,
            "%s has no GID of type %s; it has %s%s",
            port,
            type,
            text(gids),
            type == GidType.ROCE_V2 ? ": give its network interface an IP address" : ""));
  }

  private static String text(List<GidEntry> gids) {
    return gids.isEmpty()
        ? "none"
        : gids.stream()
            .map(entry -> entry.index() + ": " + entry.gid() + " (" + entry.type() + ")")
            .collect(Collectors.joining(", "));
  }
}
