// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

/** Ends loops that wait for the other end without sleeping. */
final class Stop {

  private volatile String reason = "";

  /** Ends all waiting from now on. */
  void because(String text) {
    reason = text;
  }

  /** To be called in every turn of a loop that waits. */
  void check() {
    if (!reason.isEmpty()) {
      throw new StoppedException(reason);
    }
  }

  /** What {@link #check} ends a loop with. */
  static final class StoppedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    StoppedException(String reason) {
      super(reason);
    }
  }
}
