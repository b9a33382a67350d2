// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import java.io.PrintStream;

/** Where the result of a run goes. */
interface ResultTarget {

  /** Removes what an earlier run left there, if anything could. */
  void removeOld();

  /**
   * Writes a result.
   *
   * @throws io.wisp.measure.input.UserError if it cannot be written
   */
  void write(byte[] json);

  /** A stream, which the run must print nothing else to. */
  static ResultTarget of(PrintStream out) {
    return new ResultTarget() {
      @Override
      public void removeOld() {}

      @Override
      public void write(byte[] json) {
        out.writeBytes(json);
        out.println();
        out.flush();
      }
    };
  }
}
