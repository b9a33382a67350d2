// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The files through which processes reach devices. A container sees the kernel's devices, but none
 * of these that it was not given; and libibverbs leaves out a device without one, and says nothing.
 *
 * @param classes where the kernel tells which file is whose: {@code uverbs0/ibdev} holds the name
 * @param nodes where the files are
 */
record DeviceNodes(Path classes, Path nodes) {

  static final DeviceNodes OF_SYSTEM =
      new DeviceNodes(Path.of("/sys/class/infiniband_verbs"), Path.of("/dev/infiniband"));

  /** The file of a device, if the kernel has one for it and it is not here. */
  Optional<Path> missing(String device) {
    return Verbs.namesIn(classes).stream()
        .filter(file -> isOf(classes.resolve(file).resolve("ibdev"), device))
        .map(nodes::resolve)
        .filter(Files::notExists)
        .findFirst();
  }

  private static boolean isOf(Path file, String device) {
    try {
      return Files.readString(file).strip().equals(device);
    } catch (IOException e) {
      return false;
    }
  }
}
