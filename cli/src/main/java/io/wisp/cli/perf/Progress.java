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

  void show(String phase, long completed, long requests, long elapsedNanos) {
    if (streams.liveProgress()) {
      double percent = requests == 0 ? 100 : 100.0 * completed / requests;
      double rate = completed / (elapsedNanos / 1e9);
      streams
          .err()
          .printf(
              Locale.ROOT,
              "%s%s: %d of %d (%.0f %%), %.0f requests/s",
              CLEAR_LINE,
              phase,
              completed,
              requests,
              percent,
              rate);
      streams.err().flush();
    }
  }

  void clear() {
    if (streams.liveProgress()) {
      streams.err().print(CLEAR_LINE);
      streams.err().flush();
    }
  }
}
