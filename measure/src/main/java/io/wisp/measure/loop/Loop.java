// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What makes requests come: the replies to those before, or the time. */
public sealed interface Loop {

  Range REQUESTS = new Range(1, 1_000_000_000_000L);

  /** As results spell it. */
  String word();

  /** A client sends the next when it has the reply to the last. */
  record Closed(Extent extent) implements Loop {

    private static final long DEFAULT_REQUESTS = 100_000;

    /** As options say it; throws a usage error if they say two things, or one beyond its limits. */
    public static Closed of(@Nullable Long requests, @Nullable Duration duration) {
      if (duration == null) {
        long number = Objects.requireNonNullElse(requests, DEFAULT_REQUESTS);
        return new Closed(new Extent.Requests(REQUESTS.check("--requests", number)));
      }
      if (requests != null) {
        throw UserError.usage(
            "--requests and --duration both say when to stop: without --rate give one of them");
      }
      return new Closed(Extent.Time.of("--duration", duration));
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

    public static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);

    /** Refuses a time, number or rate beyond its limit, by a usage error. */
    public Open {
      Extent.Time.of("--duration", duration);
      if (requests != null) {
        REQUESTS.check("--requests", requests);
      }
      double lowest = Collections.min(rates.all());
      if (OfferedLoad.of(lowest, 1, duration, arrivals).requests() < 1) {
        throw UserError.usage(
            "--rate %s is less than one request in --duration %sms"
                .formatted(Rates.text(lowest), duration.toMillis()));
      }
      if (rates instanceof Rates.Climb
          && requests != null
          && requests < OfferedLoad.TELLING_REQUESTS) {
        throw UserError.usage(
            ("--rate climb with --requests %s would not end:"
                    + " fewer than %s requests do not tell whether a rate is reached")
                .formatted(requests, OfferedLoad.TELLING_REQUESTS));
      }
    }

    @Override
    public String word() {
      return "open";
    }

    /** The load of one of the rates, in requests per second. */
    public OfferedLoad offer(double rate) {
      return OfferedLoad.of(
          rate, requests == null ? REQUESTS.most() : requests, duration, arrivals);
    }
  }
}
