// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.transport.Log;
import io.wisp.transport.TransportException;
import io.wisp.verbs.Device;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.VerbsException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rails of a server, and which of them a client goes through. A server that listens at all
 * addresses of the machine, with no device named, serves each client by the device that has the
 * address which the client came to; others have one device. A client that came to an address of no
 * device goes through the one that was chosen at the start.
 *
 * <p>A device is opened when it may be needed, which costs little. It is made a rail, for which the
 * table is registered there, when the first client needs it. One that has failed is forgotten, and
 * opened anew if it is there again. One thread at a time calls the methods.
 */
final class ServerRails implements AutoCloseable {

  private static final Log LOG = Log.of(ServerRails.class);

  private static final String CLIENTS_ELSEWHERE = "clients at other addresses";

  private final DeviceChoice choice;
  private final @Nullable InetAddress bound;
  private final boolean byAddress;
  private final @Nullable Store store;
  private final boolean needsTable;
  private volatile boolean offersTable;

  /** Those that are opened. */
  private final List<RdmaDevice> devices = new CopyOnWriteArrayList<>();

  /** The one of them for clients at addresses of none, until it is gone. */
  private @Nullable RdmaDevice usual;

  /** Those of them that clients go through, which own their devices. */
  private final Map<RdmaDevice, Rail> rails = new HashMap<>();

  /** What was last said of the clients at an address. */
  private final Map<String, String> announced = new HashMap<>();

  /** A rail, and the port and address of its device. */
  record Place(Rail rail, LocalPort port) {}

  private ServerRails(
      DeviceChoice choice,
      @Nullable InetAddress bound,
      boolean byAddress,
      @Nullable Store store,
      boolean needsTable) {
    this.choice = choice;
    this.bound = bound;
    this.byAddress = byAddress;
    this.store = store;
    this.needsTable = needsTable;
  }

  /**
   * The rails of a server, of which one is there.
   *
   * @param listening the address that the server listens at
   * @param store whose table clients may read, if it has one in memory
   * @param needsTable whether nobody is served by a device for which it cannot be locked; else its
   *     clients ask for everything
   * @throws TransportException if no device can be used, or the device or the system does not give
   *     what is needed
   */
  static ServerRails open(
      DeviceChoice choice, InetAddress listening, @Nullable Store store, boolean needsTable) {
    boolean byAddress = listening.isAnyLocalAddress() && choice.name() == null;
    ServerRails rails =
        new ServerRails(choice, ifOfAnInterface(listening), byAddress, store, needsTable);
    try {
      Rail usual = rails.usualRail();
      rails.expect(usual.device().description());
      return rails;
    } catch (RuntimeException | Error e) {
      rails.close();
      throw e;
    }
  }

  /** What the server says of itself at the start need not be said again. */
  private void expect(String device) {
    announced.put(CLIENTS_ELSEWHERE, goThrough(device));
    if (bound != null) {
      announced.put(clientsAt(bound), goThrough(device));
    }
  }

  private static String clientsAt(InetAddress address) {
    return "clients at " + address.getHostAddress();
  }

  private static String goThrough(String device) {
    return "go through " + device;
  }

  /** No device has the address of loopback, or that of all interfaces. */
  private static @Nullable InetAddress ifOfAnInterface(InetAddress address) {
    return address.isLoopbackAddress() || address.isAnyLocalAddress() ? null : address;
  }

  /**
   * Where a client is served.
   *
   * @param reached the address that the client came to
   * @throws TransportException if it cannot be served; the message says why
   */
  Place choose(SocketAddress reached) {
    forgetThoseThatAreGone();
    InetAddress address =
        reached instanceof InetSocketAddress socket ? ifOfAnInterface(socket.getAddress()) : null;
    RdmaDevice found = address == null ? null : find(address);
    String clients = address == null || found == null ? CLIENTS_ELSEWHERE : clientsAt(address);
    try {
      Place place = place(found == null ? usual() : found, address);
      announce(Level.INFO, clients, goThrough(place.rail.device().description(place.port)));
      return place;
    } catch (TransportException e) {
      announce(Level.WARNING, clients, "are refused: " + e.getMessage());
      throw e;
    }
  }

  private Place place(RdmaDevice device, @Nullable InetAddress address) {
    LocalPort port;
    try {
      port = device.choosePort(address);
    } catch (VerbsException | IllegalStateException | OutOfMemoryError e) {
      throw new TransportException(
          "the server cannot be reached by RDMA now: " + e.getMessage(), e);
    }
    return new Place(rail(device), port);
  }

  private Rail rail(RdmaDevice device) {
    Rail rail = rails.get(device);
    if (rail != null) {
      return rail;
    }
    try {
      rail = new Rail(device, store, needsTable);
    } catch (VerbsException | IllegalStateException | OutOfMemoryError e) {
      // It belonged to the rail, and is closed.
      forget(device);
      throw new TransportException(
          "clients cannot be let read the table by device %s: %s"
              .formatted(device.name(), e.getMessage()),
          e);
    }
    rails.put(device, rail);
    if (rail.table().length() > 0) {
      offersTable = true;
    }
    return rail;
  }

  /** The rail of clients at addresses of no device. */
  Rail usualRail() {
    return rail(usual());
  }

  private RdmaDevice usual() {
    RdmaDevice known = usual;
    if (known == null) {
      known = openedOnce(RdmaDevice.open(choice, bound));
      usual = known;
    }
    return known;
  }

  /** Keeps a device that was opened, unless it is among those that are. */
  private RdmaDevice openedOnce(RdmaDevice device) {
    for (RdmaDevice each : devices) {
      if (each.name().equals(device.name())) {
        device.close();
        return each;
      }
    }
    devices.add(device);
    return device;
  }

  /** The device that has an address; null if none has, or the address does not matter. */
  private @Nullable RdmaDevice find(InetAddress address) {
    for (RdmaDevice each : devices) {
      if (has(each, address)) {
        return each;
      }
    }
    return byAddress ? findAmongOthers(address) : null;
  }

  /** Opens the devices that are not opened yet, of which there may be more than at the start. */
  private @Nullable RdmaDevice findAmongOthers(InetAddress address) {
    RdmaDevice found = null;
    for (String name : namesOfOthers()) {
      try {
        RdmaDevice opened = RdmaDevice.open(name);
        devices.add(opened);
        if (found == null && has(opened, address)) {
          found = opened;
        }
      } catch (VerbsException e) {
        LOG.log(Level.DEBUG, "device " + name + " serves nobody", e);
      }
    }
    return found;
  }

  private List<String> namesOfOthers() {
    List<String> opened = devices.stream().map(RdmaDevice::name).toList();
    try {
      return Verbs.devices().stream()
          .map(Device::name)
          .filter(name -> !opened.contains(name))
          .toList();
    } catch (VerbsException e) {
      return List.of();
    }
  }

  private static boolean has(RdmaDevice device, InetAddress address) {
    try {
      return device.portAt(address) != null;
    } catch (VerbsException | IllegalStateException e) {
      return false;
    }
  }

  private void forgetThoseThatAreGone() {
    for (RdmaDevice each : devices) {
      if (each.isGone()) {
        forget(each);
        giveUp(each);
      }
    }
  }

  private void forget(RdmaDevice device) {
    devices.remove(device);
    if (usual == device) {
      usual = null;
    }
  }

  /** The ports that still have clients of a rail hold it until these have ended. */
  private void giveUp(RdmaDevice device) {
    Rail rail = rails.remove(device);
    if (rail == null) {
      device.close();
    } else {
      rail.release();
    }
  }

  /** Whether clients may read the table, by some device. Any thread. */
  boolean offersTable() {
    return offersTable;
  }

  /** Says once what becomes of clients, and again when it is something else. */
  private void announce(Level level, String clients, String what) {
    if (!what.equals(announced.put(clients, what))) {
      LOG.log(level, clients + " " + what);
    }
  }

  /** The devices, for people. Any thread. */
  String description() {
    String opened = devices.stream().map(RdmaDevice::description).collect(Collectors.joining(", "));
    return byAddress ? opened + ", and others by their addresses" : opened;
  }

  @Override
  public void close() {
    devices.forEach(this::giveUp);
    devices.clear();
  }
}
