package io.wisp.cli.perf;

import io.wisp.cli.common.Range;
import io.wisp.cli.common.UserError;
import io.wisp.cli.perf.load.Arrivals;
import io.wisp.cli.perf.load.OfferedLoad;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What makes requests come: the replies to those before, or the time. */
sealed interface Loop {

  Range REQUESTS = new Range(1, 1_000_000_000_000L);

  /** As results spell it. */
  String word();

  /**
   * A client sends the next when it has the reply to the last.
   *
   * @param requests how many, of all clients together
   */
  record Closed(long requests) implements Loop {

    static final long DEFAULT_REQUESTS = 100_000;

    public Closed {
      REQUESTS.check("--requests", requests);
    }

    @Override
    public String word() {
      return "closed";
    }
  }

  /**
   * Requests are due at a rate.
   *
   * @param duration how long each rate is offered at most
   * @param requests how many requests there are at each rate at most, of all clients together
   */
  record Open(Rates rates, Arrivals arrivals, Duration duration, @Nullable Long requests)
      implements Loop {

    static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    public Open {
      if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
        throw UserError.usage(
            "--duration " + duration.toMillis() + "ms is not between 1ms and 24h");
      }
      if (requests != null) {
        REQUESTS.check("--requests", requests);
      }
      if (OfferedLoad.of(rates.lowest(), 1, duration, arrivals).requests() < 1) {
        throw UserError.usage(
            "--rate "
                + Rates.text(rates.lowest())
                + " is less than one request in --duration "
                + duration.toMillis()
                + "ms");
      }
    }

    @Override
    public String word() {
      return "open";
    }

    OfferedLoad offer(double rate) {
      return OfferedLoad.of(
          rate, requests == null ? REQUESTS.most() : requests, duration, arrivals);
    }
  }
}
