// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import com.sun.management.OperatingSystemMXBean;
import io.wisp.measure.input.ByteSize;
import io.wisp.measure.input.UserError;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * How much memory the store gets.
 *
 * @param size what it gets
 * @param explanation where the size comes from, for the operator
 */
record MemorySize(ByteSize size, String explanation) {

  /** What the machine, or the container that we are in, has. */
  static ByteSize ofMachine() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new ByteSize(system.getTotalMemorySize());
  }

  /**
   * What was asked for, or else a quarter of the machine's.
   *
   * @throws UserError if that is more than the machine has
   */
  static MemorySize choose(@Nullable ByteSize asked, ByteSize machine) {
    if (asked == null) {
      return new MemorySize(
          new ByteSize(machine.bytes() / 4),
          "a quarter of this machine's " + machine + "; --memory sets it");
    }
    if (asked.bytes() > machine.bytes()) {
      throw UserError.failure(
          "--memory " + asked + " is more than the " + machine + " that this machine has");
    }
    return new MemorySize(asked, "of this machine's " + machine);
  }
}
