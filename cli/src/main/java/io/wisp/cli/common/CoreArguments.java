// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.machine.CoreList;
import io.wisp.measure.machine.ThreadAffinity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that pins what serves or measures. */
public final class CoreArguments {

  @Option(
      names = "--cores",
      paramLabel = "LIST",
      description =
          "Serve or measure on these cores alone, as 0 or 0,2 or 0-3; Linux only. The JVM's compiler"
              + " and garbage collector run on all that the process was given.")
  private @Nullable CoreList cores;

  /**
   * Pins the thread that calls, and what it will start, if that was asked for.
   *
   * @return the cores, or null if it was not
   * @throws io.wisp.measure.input.UserError if it cannot be
   */
  public @Nullable CoreList pin() {
    CoreList asked = cores;
    if (asked != null) {
      ThreadAffinity.pin(asked);
    }
    return asked;
  }
}
