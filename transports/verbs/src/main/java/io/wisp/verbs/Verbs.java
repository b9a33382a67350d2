// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Library;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The devices of this machine, and whether there are any. Safe to call on any machine. */
public final class Verbs {

  private static final Path KERNEL_DEVICES = Path.of("/sys/class/infiniband");

  private Verbs() {}

  /**
   * Why RDMA cannot be used here, in one sentence that says what to do, or empty if it can. Never
   * throws. It asks anew each time, since devices come and go.
   */
  public static Optional<String> availability() {
    return Availability.of(
        Library.problem(), Verbs::devices, () -> namesIn(KERNEL_DEVICES), DeviceNodes.OF_SYSTEM);
  }

  /**
   * The devices of this machine, perhaps none.
   *
   * @throws VerbsException if the library is missing or may not be called, or fails
   */
  public static List<Device> devices() {
    return Devices.list();
  }

  /**
   * Opens a device by its name.
   *
   * @throws VerbsException if there is no such device, or it cannot be opened
   */
  public static Context open(String name) {
    List<Device> devices = devices();
    for (Device device : devices) {
      if (device.name().equals(name)) {
        return device.open();
      }
    }
    Optional<Path> missing = DeviceNodes.OF_SYSTEM.missing(name);
    if (missing.isPresent()) {
      throw new VerbsException(Availability.noNode(name, missing.get()));
    }
    throw new VerbsException(
        "there is no RDMA device "
            + name
            + " here; "
            + (devices.isEmpty()
                ? "there is none at all"
                : "there is " + String.join(", ", devices.stream().map(Device::name).toList())));
  }

  /**
   * Opens the first device that has a usable port, as {@link Context#selectPort()} chooses it.
   *
   * @throws VerbsException if there is none; it says of each device what is wrong with it
   */
  public static Context open() {
    availability()
        .ifPresent(
            reason -> {
              throw new VerbsException(reason);
            });
    List<String> reasons = new ArrayList<>();
    for (Device device : devices()) {
      Context context = null;
      try {
        context = device.open();
        context.selectPort();
        return context;
      } catch (VerbsException e) {
        reasons.add(e.getMessage());
        if (context != null) {
          context.close();
        }
      }
    }
    throw new VerbsException("no RDMA device has a usable port: " + String.join("; ", reasons));
  }

  static List<String> namesIn(Path folder) {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
      } catch (IOException e) {
        // Only a hint for a sentence.
      }
    }
    names.sort(null);
    return names;
  }
}
