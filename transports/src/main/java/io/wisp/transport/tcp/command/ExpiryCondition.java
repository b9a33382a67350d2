// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Store;
import io.wisp.transport.tcp.resp.Arguments;

/** What must hold of a key's expiry before it is changed: the options NX, XX, GT and LT. */
final class ExpiryCondition {

  /** The key expires. */
  static final ExpiryCondition EXPIRES = new ExpiryCondition();

  static {
    EXPIRES.mustExpire = true;
  }

  private boolean mustNotExpire;
  private boolean mustExpire;
  private boolean onlyLater;
  private boolean onlyEarlier;

  /** Reads the options from an argument on, and returns what is wrong with them, or nothing. */
  String read(Arguments arguments, int from) {
    for (int index = from; index < arguments.count(); index++) {
      if (arguments.is(index, "NX")) {
        mustNotExpire = true;
      } else if (arguments.is(index, "XX")) {
        mustExpire = true;
      } else if (arguments.is(index, "GT")) {
        onlyLater = true;
      } else if (arguments.is(index, "LT")) {
        onlyEarlier = true;
      } else {
        return "ERR Unsupported option " + arguments.quoted(index);
      }
    }
    if (mustNotExpire && (mustExpire || onlyLater || onlyEarlier)) {
      return "ERR NX and XX, GT or LT options at the same time are not compatible";
    }
    return onlyLater && onlyEarlier
        ? "ERR GT and LT options at the same time are not compatible"
        : "";
  }

  /** Whether a record's expiry may become another. One that never expires does so latest of all. */
  boolean allows(long present, long future) {
    boolean expires = present != Store.NEVER;
    return !(mustNotExpire && expires)
        && !(mustExpire && !expires)
        && !(onlyLater && (!expires || future <= present))
        && !(onlyEarlier && expires && future >= present);
  }
}
