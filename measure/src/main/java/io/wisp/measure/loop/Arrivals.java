// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.transport.Choice;
import java.util.Locale;
import java.util.SplittableRandom;

/** When the requests of an open loop are due. */
public enum Arrivals implements Choice {
  /** At equal intervals, the clients in turn. */
  UNIFORM {
    @Override
    Schedule schedule(
        long requests, long nanoseconds, int client, int clients, SplittableRandom random) {
      return new UniformSchedule(requests, nanoseconds, client, clients);
    }
  },
  /** Independently of each other, as those of many users are. */
  POISSON {
    @Override
    Schedule schedule(
        long requests, long nanoseconds, int client, int clients, SplittableRandom random) {
      return new PoissonSchedule(share(requests, client, clients), nanoseconds, random);
    }
  };

  /**
   * The part of a schedule that one of several clients has.
   *
   * @param requests of all clients together
   * @param nanoseconds how long the schedule is
   */
  abstract Schedule schedule(
      long requests, long nanoseconds, int client, int clients, SplittableRandom random);

  /** How many of {@code total} requests the client of an index has to do. */
  public static long share(long total, int client, int clients) {
    return total / clients + (client < total % clients ? 1 : 0);
  }

  /** As options and results spell it. */
  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one of a word.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static Arrivals ofWord(String word) {
    return Choice.ofWord(values(), word, "way to arrive");
  }
}
