// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Which run of which machine it is: Linux draws another number each time that it starts.
 *
 * @param high the number's upper half; 0 with the lower one if it is not known
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html">boot_id</a>
 */
record BootId(long high, long low) {

  private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");
  private static final BootId UNKNOWN = new BootId(0, 0);

  /** The run that this process is part of. */
  static BootId now() {
    try {
      UUID id = UUID.fromString(Files.readString(FILE).strip());
      return new BootId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    } catch (IOException | IllegalArgumentException none) {
      return UNKNOWN;
    }
  }

  /** Whether both are known, and not the same. */
  boolean isOtherThan(BootId other) {
    return !equals(UNKNOWN) && !other.equals(UNKNOWN) && !equals(other);
  }
}
