// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A device of this machine.
 *
 * @param name as the kernel calls it: {@code mlx5_0}, {@code rxe0}
 * @param guid its GUID, the most significant byte first
 * @param transport the protocol it speaks
 * @param file the device file, which a process must be able to read and write
 */
public record Device(String name, long guid, DeviceTransport transport, Path file) {

  /** Whether this process may read and write the device file. */
  public boolean isAccessible() {
    return Files.isReadable(file) && Files.isWritable(file);
  }

  /**
   * Opens the device; any number of times.
   *
   * @throws VerbsException if it is gone, or this process may not
   */
  public Context open() {
    return Devices.open(this);
  }
}
