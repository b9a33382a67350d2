// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;

/** Finds out a log that was cut short, when all of it was carried out. */
final class WholeLog {

  private WholeLog() {}

  /**
   * Sees to it that a log has all that it is known to have had.
   *
   * @param acknowledged the version of a write that was acknowledged, as {@link Acknowledged} says
   * @throws IOException if it has not; the message says what can be done
   */
  static void require(DataFolder folder, StoreMachine machine, long acknowledged)
      throws IOException {
    if (machine.applied() < machine.newestOfSnapshot()) {
      throw new IOException(
          ("the log in %s ends with write %s, and its snapshot has a record of write %s: the log was"
                  + " cut short. Neither can be used without the other; what helps is a copy of the"
                  + " folder")
              .formatted(folder.path(), machine.applied(), machine.newestOfSnapshot()));
    }
    if (machine.applied() < acknowledged) {
      throw new IOException(
          ("the log in %s ends with write %s, and write %s was acknowledged: it was cut short. To go"
                  + " on with what is left of it, remove %s")
              .formatted(
                  folder.path(),
                  machine.applied(),
                  acknowledged,
                  folder.path().resolve("acknowledged")));
    }
  }
}
