// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import com.sun.management.UnixOperatingSystemMXBean;
import io.wisp.measure.input.UserError;
import java.lang.management.ManagementFactory;

/**
 * How many clients each transport may have at a time: what was asked for, or less if the process
 * may not open so many files. Each client takes one file descriptor.
 *
 * @param clients of each transport
 * @param explanation why it is less than what was asked for, or empty
 */
record ClientLimit(int clients, String explanation) {

  /** For what is loaded late, and for what others in this process open now and then. */
  private static final int RESERVE = 64;

  /** For clients that are told why they are refused, and the sockets and threads of a transport. */
  private static final int RESERVE_OF_TRANSPORT = 96;

  private static final int RESERVE_OF_THREAD = 4;

  /** What this process's limit lets it have. The JVM has raised the soft limit to the hard one. */
  static ClientLimit choose(int asked, int transports, int threads) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? choose(
            asked,
            transports,
            threads,
            system.getMaxFileDescriptorCount(),
            system.getOpenFileDescriptorCount())
        : new ClientLimit(asked, "");
  }

  /**
   * What a limit lets a process have.
   *
   * @param threads of each transport
   * @param most descriptors that the process may open, those that are open included
   */
  static ClientLimit choose(int asked, int transports, int threads, long most, long open) {
    long left = most - open;
    long reserve =
        RESERVE + (long) transports * (RESERVE_OF_TRANSPORT + threads * RESERVE_OF_THREAD);
    // A low limit is shared: half of what is left is for clients even so.
    reserve = Math.min(reserve, left / 2);
    long possible = (left - reserve) / Math.max(1, transports);
    if (possible < 1) {
      throw UserError.failure(
          "this process may open " + most + " files, which leaves none for clients: see ulimit -n");
    }
    if (asked <= possible) {
      return new ClientLimit(asked, "");
    }
    return new ClientLimit(
        (int) possible,
        ("--max-clients %s is more than ulimit -n allows:"
                + " this process may open %s files, of which it keeps %s for itself")
            .formatted(asked, most, open + reserve));
  }
}
