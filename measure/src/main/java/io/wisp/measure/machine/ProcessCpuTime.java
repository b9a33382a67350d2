// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * User and system time that this process had until some moment, its compiler and its garbage
 * collector included. Linux counts it in ticks of 10 ms.
 *
 * @param nanos null where the system does not tell
 */
public record ProcessCpuTime(@Nullable Long nanos) {

  /** Until now. */
  public static ProcessCpuTime now() {
    long nanos =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : -1;
    return new ProcessCpuTime(nanos < 0 ? null : nanos);
  }

  /** What it had since an earlier moment, in nanoseconds; null if either is not known. */
  public @Nullable Long since(ProcessCpuTime earlier) {
    Long end = nanos;
    Long start = earlier.nanos;
    return end == null || start == null ? null : Long.valueOf(end - start);
  }
}
