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
   * @throws IllegalArgumentException if there is none
   */
  static <T extends Coded> T find(T[] all, int code, String what) {
    for (T candidate : all) {
      if (candidate.code() == code) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("unknown " + what + ": " + code);
  }

  /**
   * The one with a number that a device told.
   *
   * @throws VerbsException if there is none: the device's driver is newer than this
   */
  static <T extends Coded> T findOfDevice(T[] all, int code, String what) {
    try {
      return find(all, code, what);
    } catch (IllegalArgumentException e) {
      throw new VerbsException("the device tells of an " + e.getMessage());
    }
  }
}
