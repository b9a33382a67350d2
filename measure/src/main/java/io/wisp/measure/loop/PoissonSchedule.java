// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import java.util.SplittableRandom;

/**
 * A Poisson process of which the number of requests in a time is known: so many times, each
 * anywhere in it, in order. So the offered rate is met exactly, and differs from an unconditional
 * process in nothing that a queue would notice. The earliest of n times that are uniform in what is
 * left of the time has a distribution that can be inverted, which gives one after the other.
 */
final class PoissonSchedule implements Schedule {

  private final long requests;
  private final double end;
  private final SplittableRandom random;
  private double time;
  private long left;

  PoissonSchedule(long requests, long nanoseconds, SplittableRandom random) {
    this.requests = requests;
    end = nanoseconds;
    this.random = random;
    left = requests;
  }

  @Override
  public long requests() {
    return requests;
  }

  @Override
  public long next() {
    double fraction = -Math.expm1(Math.log1p(-random.nextDouble()) / left);
    time += (end - time) * fraction;
    left--;
    return (long) time;
  }
}
