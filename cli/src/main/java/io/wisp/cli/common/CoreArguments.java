// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.machine.CoreList;
import io.wisp.measure.machine.ProcessAffinity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that pins a process. */
public final class CoreArguments {

  @Option(
      names = "--cores",
      paramLabel = "LIST",
      description =
          "Run on these cores of the machine alone, as 0 or 0,2 or 0-3; Linux only. On all that the"
              + " process was given unless given.")
  private @Nullable CoreList cores;

  /**
   * Pins this process if that was asked for.
   *
   * @return the cores, or null if it was not
   * @throws io.wisp.measure.input.UserError if it cannot be
   */
  public @Nullable CoreList pin() {
    CoreList asked = cores;
    if (asked != null) {
      ProcessAffinity.pin(asked);
    }
    return asked;
  }
}
