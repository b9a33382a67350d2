// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

/**
 * Which of two ways gets take whose records have known addresses: to read the record, or to ask the
 * server. Whichever took less time on this connection lately. Reading needs none of the server's
 * processor, so it is taken as long as asking is not known to be quicker. It belongs to one thread.
 */
final class QuickerPath {

  /** One get in so many is timed, because to look at the clock takes as long as a short read. */
  static final int GETS_PER_SAMPLE = 64;

  /** One timed get in so many goes the other way, to learn whether that has become quicker. */
  static final int SAMPLES_PER_TRIAL = 16;

  /** A time counts for an eighth of the mean. */
  private static final int WEIGHT_SHIFT = 3;

  /**
   * A time counts for no more than so many means: a processor that pauses says nothing of a way.
   */
  private static final int MOST_MEANS = 4;

  private int gets;
  private boolean sampled;

  /** The mean times in nanoseconds, or 0 while there is none. */
  private long reading;

  private long asking;

  /** Whether the next get shall read. */
  boolean next() {
    gets++;
    sampled = gets % GETS_PER_SAMPLE == 0;
    boolean tries = gets % (GETS_PER_SAMPLE * SAMPLES_PER_TRIAL) == 0;
    return isReadingQuicker() != tries;
  }

  /** Whether it is wanted how long that get takes. */
  boolean isSampled() {
    return sampled;
  }

  /** A get that began with a read, or one that asked, took so long. */
  void took(boolean read, long nanoseconds) {
    if (read) {
      reading = mean(reading, nanoseconds);
    } else {
      asking = mean(asking, nanoseconds);
    }
  }

  private static long mean(long before, long nanoseconds) {
    return before == 0
        ? Math.max(nanoseconds, 1)
        : before + ((Math.min(nanoseconds, MOST_MEANS * before) - before) >> WEIGHT_SHIFT);
  }

  boolean isReadingQuicker() {
    return reading == 0 || asking == 0 || reading <= asking;
  }

  /** The mean time of gets that began with a read, in nanoseconds, or 0. */
  long readingNanos() {
    return reading;
  }

  /** The mean time of gets that asked the server, in nanoseconds, or 0. */
  long askingNanos() {
    return asking;
  }
}
