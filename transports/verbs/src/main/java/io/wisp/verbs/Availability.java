// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the sentence that says why RDMA cannot be used. */
final class Availability {

  static final String NO_DEVICE =
      "there is no RDMA device: load the driver of one and ib_uverbs, or make a Soft-RoCE device on a network"
          + " interface (modprobe -a rdma_rxe ib_uverbs; rdma link add rxe0 type rxe netdev eth0)";

  private Availability() {}

  /**
   * Empty if all is well.
   *
   * @param problem of the library
   * @param devices that the library lists; asked only if there is no problem
   * @param kernelDevices the names of those that the kernel has
   * @param nodes the files that devices are reached through
   */
  static Optional<String> of(
      Optional<String> problem,
      Supplier<List<Device>> devices,
      Supplier<List<String>> kernelDevices,
      DeviceNodes nodes) {
    if (problem.isPresent()) {
      return problem;
    }
    try {
      List<Device> found = devices.get();
      if (found.isEmpty()) {
        List<String> known = kernelDevices.get();
        return Optional.of(known.isEmpty() ? NO_DEVICE : notListed(known, nodes));
      }
      return found.stream().anyMatch(Device::isAccessible)
          ? Optional.empty()
          : Optional.of(noPermission(found.getFirst()));
    } catch (VerbsException e) {
      return Optional.of("RDMA devices cannot be listed: " + e.getMessage());
    } catch (LinkageError e) {
      return Optional.of("libibverbs cannot be called: " + e);
    }
  }

  private static String notListed(List<String> known, DeviceNodes nodes) {
    for (String device : known) {
      Optional<Path> missing = nodes.missing(device);
      if (missing.isPresent()) {
        return noNode(device, missing.get());
      }
    }
    return noProvider(known);
  }

  static String noNode(String device, Path node) {
    return "the kernel has the RDMA device "
        + device
        + ", but "
        + node
        + " is not here: start the container with --device="
        + node
        + ", or see why udev did not make it";
  }

  private static String noProvider(List<String> known) {
    return "the kernel has the RDMA device "
        + String.join(", ", known)
        + ", but libibverbs does not list it: install its driver's other half (Debian and Ubuntu:"
        + " apt install ibverbs-providers; Fedora: dnf install libibverbs), and load ib_uverbs"
        + " (modprobe ib_uverbs)";
  }

  private static String noPermission(Device device) {
    return "this process may not read and write "
        + device.file()
        + ", which the RDMA device "
        + device.name()
        + " needs: give this user the right, or start the container with --device="
        + device.file();
  }
}
