// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

/** What has a number in {@code infiniband/verbs.h}. */
interface Coded {

  /** Its number in {@code infiniband/verbs.h}. */
  int code();

  /**
   * The one with a number.
   *
   * @param all that there are
   * @param what messages call one of them
   */
  static <T extends Coded> T find(T[] all, int code, String what) {
    for (T candidate : all) {
      if (candidate.code() == code) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("unknown " + what + ": " + code);
  }
}
