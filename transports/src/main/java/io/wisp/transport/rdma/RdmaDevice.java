// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.verbs.Context;
import io.wisp.verbs.Device;
import io.wisp.verbs.GidEntry;
import io.wisp.verbs.LinkLayer;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.PortAttributes;
import io.wisp.verbs.Verbs;
import io.wisp.verbs.VerbsException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An opened device, and which port and address of it connections go through. Ports go down and get
 * other addresses while servers live, so each connection chooses anew.
 */
final class RdmaDevice implements AutoCloseable {

  private static final Path DEVICES = Path.of("/sys/class/infiniband");
  private static final Path SOFTWARE = Path.of("/sys/devices/virtual");

  private final SharedContext shared;
  private final DeviceChoice choice;

  /** The last that was chosen. */
  private volatile @Nullable LocalPort port;

  private boolean closed;

  private RdmaDevice(SharedContext shared, DeviceChoice choice) {
    this.shared = shared;
    this.choice = choice;
  }

  /**
   * Opens a device that has a port which can be used.
   *
   * @param near an address of this machine that the device should have if the choice leaves that
   *     open, or null
   * @throws TransportException if there is none that can be used; the message says why
   */
  static RdmaDevice open(DeviceChoice choice, @Nullable InetAddress near) {
    try {
      return choice.name() == null ? openAny(choice, near) : open(choice.name(), choice, near);
    } catch (VerbsException e) {
      throw new TransportException(String.valueOf(e.getMessage()), e);
    }
  }

  private static RdmaDevice openAny(DeviceChoice choice, @Nullable InetAddress near) {
    List<String> reasons = new ArrayList<>();
    RdmaDevice first = null;
    for (Device device : Verbs.devices()) {
      try {
        RdmaDevice opened = open(device.name(), choice, near);
        if (near == null || opened.hasAddress(near)) {
          if (first != null) {
            first.close();
          }
          return opened;
        }
        if (first == null) {
          first = opened;
        } else {
          opened.close();
        }
      } catch (VerbsException e) {
        reasons.add(e.getMessage());
      }
    }
    if (first != null) {
      return first;
    }
    throw new TransportException(
        reasons.isEmpty()
            ? Verbs.availability().orElse("there is no RDMA device")
            : "no RDMA device has a port that can be used: " + String.join("; ", reasons));
  }

  private boolean hasAddress(InetAddress address) {
    try {
      return portAt(address) != null;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static RdmaDevice open(String name, DeviceChoice choice, @Nullable InetAddress near) {
    RdmaDevice opened = new RdmaDevice(SharedContext.open(name), choice);
    try {
      LocalPort ignored = opened.choosePort(near);
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Opens a device by its name, whether or not it has a port that can be used now.
   *
   * @throws VerbsException if it is not there, or may not be opened
   */
  static RdmaDevice open(String name) {
    return new RdmaDevice(SharedContext.open(name), DeviceChoice.ANY);
  }

  Context context() {
    return shared.context();
  }

  /**
   * The port and address that a connection which begins now goes through.
   *
   * @param near an address of this machine that the connection should have if the choice leaves
   *     that open and the device has it, or null
   * @throws VerbsException if there is none any more; it says what is missing
   */
  LocalPort choosePort(@Nullable InetAddress near) {
    LocalPort at = near == null ? null : portAt(near);
    LocalPort chosen =
        at == null ? shared.context().selectPort(choice.port(), choice.gidIndex()) : at;
    port = chosen;
    return chosen;
  }

  /** The port and GID that have an address of this machine now, or null if none has. */
  @Nullable LocalPort portAt(InetAddress address) {
    return DeviceAddresses.of(shared.context()).find(address, choice);
  }

  String name() {
    return shared.context().device().name();
  }

  /** Whether it has failed or was removed, and is of no use any more. */
  boolean isGone() {
    return shared.isGone();
  }

  /** The device, which others use as well. */
  SharedContext shared() {
    return shared;
  }

  /** Device, and port and address that were chosen last, for people. */
  String description() {
    LocalPort chosen = port;
    return chosen == null ? "device " + name() : description(chosen);
  }

  /** Device, port and address, for people; and whether it is made of software. */
  String description(LocalPort chosen) {
    String software = isSoftware(DEVICES.resolve(name())) ? ", Soft-RoCE, emulated" : "";
    return "device %s port %s, %s%s".formatted(name(), chosen.number(), address(chosen), software);
  }

  private static String address(LocalPort port) {
    GidEntry gid = port.gid();
    if (gid == null) {
      return "InfiniBand LID " + port.attributes().lid();
    }
    String kind =
        switch (gid.type()) {
          case ROCE_V2 -> "RoCE v2 ";
          case ROCE_V1 -> "RoCE v1 ";
          case INFINIBAND ->
              port.attributes().linkLayer() == LinkLayer.ETHERNET ? "GID " : "InfiniBand GID ";
        };
    return kind + gid.gid();
  }

  /** Whether a device has no hardware: the kernel keeps those in a folder of their own. */
  static boolean isSoftware(Path device) {
    try {
      return Files.exists(device) && device.toRealPath().startsWith(SOFTWARE);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What has become of a port and address since a connection chose them, for people; or null if
   * they are as they were.
   */
  @Nullable String change(LocalPort chosen) {
    try {
      String name = "port " + chosen.number() + " of " + name();
      PortAttributes now = context().queryPort(chosen.number());
      if (!now.isActive()) {
        return name + " is " + now.state();
      }
      GidEntry gid = chosen.gid();
      if (gid == null) {
        int lid = chosen.attributes().lid();
        return now.lid() == lid ? null : name + " has not the LID " + lid + " any more";
      }
      boolean lost =
          context().gids(chosen.number()).stream()
              .noneMatch(each -> each.index() == gid.index() && each.gid().equals(gid.gid()));
      return lost ? name + " has not the address " + gid.gid() + " in its place any more" : null;
    } catch (VerbsException | IllegalStateException e) {
      return null;
    }
  }

  /** Gives the device up; what was made with it is closed before. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      shared.close();
    }
  }
}
