// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What must be as it was once all that was connected is gone.
 *
 * @param devices what the kernel holds for devices, of all processes
 * @param descriptors that this process has open
 * @param pinnedKibibytes memory of this process that a device may reach, so that it stays in place
 */
record Holdings(DeviceResources devices, long descriptors, long pinnedKibibytes) {

  private static final Path SELF = Path.of("/proc/self");

  static Holdings now() throws IOException {
    DeviceResources devices = DeviceResources.now();
    try (Stream<Path> descriptors = Files.list(SELF.resolve("fd"));
        Stream<String> status = Files.lines(SELF.resolve("status"))) {
      return new Holdings(
          devices,
          descriptors.count(),
          status
              .filter(line -> line.startsWith("VmPin:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum());
    }
  }

  /** Waits until they are the same again. */
  static void await(Holdings expected) throws IOException, InterruptedException {
    Eventually.await(() -> now().equals(expected));
  }
}
