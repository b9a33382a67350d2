package io.wisp.transport.tcp;

import java.util.concurrent.TimeUnit;

/** The options by which SET and GETEX are told an expiry: EX, PX, EXAT and PXAT with a number. */
final class ExpiryOption {

  private static final String[] NAMES = {"EX", "PX", "EXAT", "PXAT"};

  private boolean given;
  private long expiresAt;
  private String error = "";

  /** Forgets what was read before. */
  void begin() {
    given = false;
    error = "";
  }

  /**
   * Reads the option at an argument and the number behind it, if it is one of these.
   *
   * @return whether it is one; then {@link #error} says whether there is anything wrong with it
   */
  boolean read(Request request, int index, String command) {
    Arguments arguments = request.arguments();
    for (int i = 0; i < NAMES.length; i++) {
      if (arguments.is(index, NAMES[i])) {
        TimeUnit unit = i % 2 == 0 ? TimeUnit.SECONDS : TimeUnit.MILLISECONDS;
        error = readNumber(request, index + 1, unit, i < 2, command);
        given = true;
        return true;
      }
    }
    return false;
  }

  private String readNumber(
      Request request, int index, TimeUnit unit, boolean relative, String command) {
    Arguments arguments = request.arguments();
    if (given || index >= arguments.count()) {
      return Errors.SYNTAX;
    }
    if (!arguments.isNumber(index)) {
      return Errors.NOT_AN_INTEGER;
    }
    long number = arguments.number();
    expiresAt = relative ? Expiry.after(number, unit, request.now()) : Expiry.at(number, unit);
    return expiresAt == Expiry.INVALID ? Errors.invalidExpiry(command) : "";
  }

  boolean isGiven() {
    return given;
  }

  /** The time that was read, in milliseconds since the epoch. */
  long expiresAt() {
    return expiresAt;
  }

  /** What is wrong with the option, or empty. */
  String error() {
    return error;
  }
}
