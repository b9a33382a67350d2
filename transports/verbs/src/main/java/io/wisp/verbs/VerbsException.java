// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Errno;
import java.io.Serial;
import java.util.Locale;

/**
 * A call of the library that failed. The message names the call, its arguments, the error and its
 * likely cure: {@code ibv_reg_mr(device=rxe0, address=0x7f0000000000, length=5368709120,
 * access=LOCAL_WRITE): ENOMEM: the process may lock 8388608 bytes ...}.
 */
public final class VerbsException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1;

  private final String call;
  private final int errno;

  VerbsException(String call, String arguments, int errno, String cure) {
    super(String.format(Locale.ROOT, "%s(%s): %s: %s", call, arguments, Errno.nameOf(errno), cure));
    this.call = call;
    this.errno = errno;
  }

  /** With the cure that most often helps against an error, whatever the call. */
  VerbsException(String call, String arguments, int errno) {
    this(call, arguments, errno, Cures.of(errno));
  }

  /**
   * Throws if a call failed.
   *
   * @param errno what it returned: 0, or the error number, by some devices negated
   */
  static void check(String call, String arguments, int errno) {
    if (errno != 0) {
      throw new VerbsException(call, arguments, Math.abs(errno));
    }
  }

  /** That no call can be made at all. */
  VerbsException(String reason) {
    super(reason);
    this.call = "";
    this.errno = 0;
  }

  /** The function that failed, as C names it; empty if the library could not be called at all. */
  public String call() {
    return call;
  }

  /** The error number of Linux, always positive; 0 if the library could not be called at all. */
  public int errno() {
    return errno;
  }

  /** The name of the error number: ENOMEM. */
  public String errnoName() {
    return Errno.nameOf(errno);
  }
}
