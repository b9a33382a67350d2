// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.concurrent.TimeUnit;

/**
 * The options by which SET and GETEX are told an expiry: EX, PX, EXAT and PXAT with a number. The
 * number is looked at by {@link #resolve} alone, since Redis reads all options before any number.
 */
final class ExpiryOption {

  private static final String[] NAMES = {"EX", "PX", "EXAT", "PXAT"};
  private static final int NONE = -1;

  private int option = NONE;
  private int numberAt;
  private long expiresAt;

  /** Forgets what was read before. */
  void begin() {
    option = NONE;
  }

  /**
   * Notes the option at an argument, if it is one of these and its number follows. The same option
   * may be given again, and the last one counts; another one may not.
   *
   * @return whether it was noted; then the next argument is its number
   */
  boolean read(Arguments arguments, int index) {
    for (int i = 0; i < NAMES.length; i++) {
      if (arguments.is(index, NAMES[i])
          && index + 1 < arguments.count()
          && (option == NONE || option == i)) {
        option = i;
        numberAt = index + 1;
        return true;
      }
    }
    return false;
  }

  boolean isGiven() {
    return option != NONE;
  }

  /** Turns the number into {@link #expiresAt}, and returns what is wrong with it, or nothing. */
  String resolve(CommandRequest request, String command) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(numberAt)) {
      return Errors.NOT_AN_INTEGER;
    }
    TimeUnit unit = option % 2 == 0 ? TimeUnit.SECONDS : TimeUnit.MILLISECONDS;
    long number = arguments.number();
    expiresAt = option < 2 ? Expiry.after(number, unit, request.now()) : Expiry.at(number, unit);
    return expiresAt == Expiry.INVALID ? Errors.invalidExpiry(command) : "";
  }

  /** The time that was resolved, in milliseconds since the epoch. */
  long expiresAt() {
    return expiresAt;
  }
}
