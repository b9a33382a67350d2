// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
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
    return chooseFirst(
        context.device().name(),
        ports,
        context::queryPort,
        port -> choose(context, port, wantedGid));
  }

  /**
   * The first active port that has an address.
   *
   * @param query what a port is like
   * @throws VerbsException if there is none; it says of each port that is not down what it lacks
   */
  static LocalPort chooseFirst(
      String device,
      int ports,
      IntFunction<PortAttributes> query,
      Function<PortAttributes, LocalPort> choose) {
    List<String> reasons = new ArrayList<>();
    for (int number = 1; number <= ports; number++) {
      try {
        PortAttributes port = query.apply(number);
        if (port.isActive()) {
          return choose.apply(port);
        }
      } catch (VerbsException e) {
        reasons.add(e.getMessage());
      }
    }
    throw new VerbsException(
        reasons.isEmpty()
            ? "no port of " + device + " is active: is the link or the interface up?"
            : String.join("; ", reasons));
  }

  private static LocalPort choose(Context context, PortAttributes port, int wantedGid) {
    return choose(
        "port " + port.number() + " of " + context.device().name(),
        port,
        wantedGid,
        () -> context.gids(port.number()),
        GidEntry::isHere);
  }

  /**
   * Chooses among the GIDs of a port.
   *
   * @param name what messages call the port
   * @param allGids asked only where the LID will not do: the table can be long
   * @param isHere whether a GID is an address of this process's network namespace; not asked of one
   *     that is wanted by its index
   */
  static LocalPort choose(
      String name,
      PortAttributes port,
      int wantedGid,
      Supplier<List<GidEntry>> allGids,
      Predicate<GidEntry> isHere) {
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
    List<GidEntry> suitable = gids.stream().filter(entry -> entry.type() == type).toList();
    if (suitable.isEmpty()) {
      throw noGidOfType(name, type, gids);
    }
    return suitable.stream()
        .sorted(BEST_FIRST)
        .filter(isHere)
        .findFirst()
        .map(entry -> new LocalPort(port, entry))
        .orElseThrow(() -> noGidHere(name, suitable));
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

  private static VerbsException noGidHere(String port, List<GidEntry> gids) {
    return new VerbsException(
        port
            + " has no GID that is an address of a network interface here, but "
            + text(gids)
            + ": give the interface an IP address, run in its network namespace, or name the GID by"
            + " its index");
  }

  private static String text(List<GidEntry> gids) {
    return gids.isEmpty()
        ? "none"
        : gids.stream()
            .map(entry -> entry.index() + ": " + entry.gid() + " (" + entry.type() + ")")
            .collect(Collectors.joining(", "));
  }
}
