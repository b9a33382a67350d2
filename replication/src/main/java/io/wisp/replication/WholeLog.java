// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** Finds out a log that was cut short, when all of it was carried out. */
final class WholeLog {

  private static final String NO_RETURN =
      "The member must not come back under its name, for it would not know what it has"
          + " acknowledged: ./wisp cluster replace has it come back as another one";

  private WholeLog() {}

  /**
   * Sees to it that the log of a member has every entry that it is known to have had, before the
   * member may vote by it.
   *
   * @param mark what {@link Acknowledged} says; null before the member's first start
   * @throws IOException if it has not
   */
  static void requireBeforeVote(DataFolder folder, Acknowledged.@Nullable Mark mark)
      throws IOException {
    if (mark == null) {
      return;
    }
    // Ratis would begin with an empty log, and a term in which the member has not voted.
    if (!Files.exists(folder.log().resolve("raft-meta"))) {
      throw new IOException(
          "the log in %s is gone, or a part of it. %s".formatted(folder.path(), NO_RETURN));
    }
    long last = LogTail.lastIndex(folder.log());
    if (last < mark.index()) {
      throw new IOException(
          "the log in %s ends with entry %s, and had entry %s: it was cut short. %s"
              .formatted(folder.path(), last, mark.index(), NO_RETURN));
    }
  }

  private static String wayOutOf(DataFolder folder) {
    return folder.isOfGroup()
        ? NO_RETURN
        : "To go on with what is left of it, remove " + folder.path().resolve("acknowledged");
  }

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
          "the log in %s ends with write %s, and write %s was acknowledged: it was cut short. %s"
              .formatted(folder.path(), machine.applied(), acknowledged, wayOutOf(folder)));
    }
  }
}
