// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.TimeSpan;
import io.wisp.measure.input.UserError;
import java.time.Duration;

/** How long a closed loop goes on. */
public sealed interface Extent {

  /** How many requests there may be. */
  Range REQUESTS = new Range(0, 1_000_000_000_000L);

  /**
   * Until so many requests are done.
   *
   * @param number of all clients together
   */
  record Requests(long number) implements Extent {

    @Override
    public String toString() {
      return Long.toString(number);
    }
  }

  /**
   * Until so much time has passed; each client does one request at least, and ends what it has
   * begun.
   *
   * @param duration from the common start of all clients
   */
  record Time(Duration duration) implements Extent {

    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * A time that an option gave, from 1 ms to 24 h; otherwise throws a usage error that names it.
     */
    public static Time of(String option, Duration duration) {
      if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
        throw UserError.usage(option + " " + duration.toMillis() + "ms is not between 1ms and 24h");
      }
      return new Time(duration);
    }

    @Override
    public String toString() {
      return duration.toMillis() % 1000 == 0
          ? duration.toSeconds() + " s"
          : duration.toMillis() + " ms";
    }
  }

  /**
   * What an option says: a number of requests, or a time with its unit.
   *
   * @throws UserError that names the option if it says neither
   */
  static Extent parse(String option, String text) {
    if (text.matches("-?[0-9]+")) {
      try {
        return new Requests(REQUESTS.check(option, Long.parseLong(text)));
      } catch (NumberFormatException e) {
        throw UserError.usage(option + " " + text + " is not between 0 and " + REQUESTS.most());
      }
    }
    Duration duration;
    try {
      duration = TimeSpan.parse(text);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(
          option + " " + text + " is neither a number of requests nor a time as 500ms, 10s or 2m");
    }
    return Time.of(option, duration);
  }
}
