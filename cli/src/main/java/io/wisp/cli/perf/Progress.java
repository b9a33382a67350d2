// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Streams;
import java.time.Duration;
import java.util.Locale;

/** A line on standard error that says how far a run is, if that is a terminal. */
final class Progress {

  static final Duration PERIOD = Duration.ofMillis(250);

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Streams streams;

  Progress(Streams streams) {
    this.streams = streams;
  }

  /**
   * Shows how far a phase is.
   *
   * @param requests how many it makes, or 0 if time decides that
   * @param planned how many nanoseconds it takes, or 0 if its requests decide that
   */
  void show(String phase, long completed, long requests, long elapsed, long planned) {
    if (streams.liveProgress()) {
      streams.err().print(CLEAR_LINE + line(phase, completed, requests, elapsed, planned));
      streams.err().flush();
    }
  }

  /** The line, in which what is left follows from how it went so far. */
  static String line(String phase, long completed, long requests, long elapsed, long planned) {
    double rate = elapsed == 0 ? 0 : completed / (elapsed / 1e9);
    double left = planned > 0 ? (planned - elapsed) / 1e9 : (requests - completed) / rate;
    return String.format(
        Locale.ROOT,
        "%s: %s, %.0f requests/s, %s",
        phase,
        requests == 0
            ? completed + " done"
            : String.format(
                Locale.ROOT,
                "%d of %d (%.0f %%)",
                completed,
                requests,
                100.0 * completed / requests),
        rate,
        completed == 0 && planned == 0 ? "time left unknown" : left(left));
  }

  private static String left(double seconds) {
    long whole = Math.max(0, (long) Math.ceil(seconds));
    return whole < 120 ? whole + " s left" : whole / 60 + " min " + whole % 60 + " s left";
  }

  void clear() {
    if (streams.liveProgress()) {
      streams.err().print(CLEAR_LINE);
      streams.err().flush();
    }
  }
}
