// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.Locale;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ReconfigurationTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A change of the members that this one was asked for.
 *
 * @param what for people; empty if it was asked for none
 * @param failure why it has failed, or is not known; else empty
 */
record Change(String what, State state, String failure) {

  /** What has become of it. */
  enum State {
    NONE,
    UNDER_WAY,
    DONE,
    FAILED,
    /** The member led no more before it had ended. */
    UNKNOWN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private static final String SILENT =
      "it has answered nothing for %s s at its port and %s more, and nothing has changed"
          .formatted(RaftSettings.NEWCOMER_SECONDS, Group.PORT_OFFSET);

  static final Change NOTHING = new Change("", State.NONE, "");

  static Change begun(String what) {
    return new Change(what, State.UNDER_WAY, "");
  }

  boolean isUnderWay() {
    return state == State.UNDER_WAY;
  }

  /** The same when it has ended: by an error, or by none. */
  Change ended(@Nullable Throwable error) {
    if (error == null) {
      return new Change(what, State.DONE, "");
    }
    Throwable first = error;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    boolean isOfLeadership =
        first instanceof NotLeaderException
            || first instanceof LeaderNotReadyException
            || first instanceof LeaderSteppingDownException;
    if (isOfLeadership) {
      return new Change(what, State.UNKNOWN, "this member does not lead any more");
    }
    return new Change(
        what,
        State.FAILED,
        first instanceof ReconfigurationTimeoutException ? SILENT : RaftEngine.reason(error));
  }
}
