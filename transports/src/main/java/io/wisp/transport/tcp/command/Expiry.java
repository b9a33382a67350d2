// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.concurrent.TimeUnit;

/** Turns the times that clients send into the store's: milliseconds since the epoch. */
final class Expiry {

  /** No possible time. */
  static final long INVALID = Long.MIN_VALUE;

  private Expiry() {}

  /** So long after now, at least a millisecond; or {@link #INVALID}. */
  static long after(long amount, TimeUnit unit, long now) {
    long millis = at(amount, unit);
    return millis == INVALID || millis > Long.MAX_VALUE - now ? INVALID : now + millis;
  }

  /** At a time since the epoch that is at least a millisecond after it; or {@link #INVALID}. */
  static long at(long time, TimeUnit unit) {
    long millis = millis(time, unit);
    return millis <= 0 ? INVALID : millis;
  }

  /** In milliseconds; or {@link #INVALID} if there are too many. */
  static long millis(long amount, TimeUnit unit) {
    long scale = unit.toMillis(1);
    return amount > Long.MAX_VALUE / scale || amount < Long.MIN_VALUE / scale
        ? INVALID
        : Math.max(amount * scale, INVALID + 1);
  }
}
