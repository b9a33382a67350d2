// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

/**
 * Which of two ways gets take whose records have known addresses: to read the record, or to ask the
 * server. Reading needs none of the server's processor, so it is taken unless asking is known to be
 * quicker by more than a quarter. It belongs to one thread.
 *
 * <p>Gets come in turns, one or a batch of them each. Of the way that is taken a turn is timed now
 * and then. The other way is tried now and then, for some turns in a row: the first of them are not
 * timed, because they find the caches of both processors filled with what the usual way needs, and
 * one slow turn must not decide. What cannot be timed is not known, so that nothing that is not
 * measured any more keeps the client asking.
 */
final class QuickerPath {

  /**
   * One turn in so many is timed, because to look at the clock takes as long as a short read. A
   * prime, so that it does not fall in step with what the user does again and again.
   */
  static final int TURNS_PER_SAMPLE = 61;

  /**
   * The other way is tried once in so many turns. The longer it takes, the more rarely it is tried,
   * so that all trials together take about a hundredth of the time.
   */
  static final int TURNS_PER_TRIAL = 2_048;

  /** The most turns between two trials, however long the other way takes. */
  static final int MOST_TURNS_PER_TRIAL = 1 << 16;

  /** The first turns of a trial, which are not timed. */
  static final int UNTIMED_TURNS = 8;

  /** So many times are taken in a trial. */
  static final int TIMES_PER_TRIAL = 16;

  /** After so many more turns a trial ends, whatever it came to. */
  static final int MOST_TIMED_TURNS = 256;

  /** A time counts for an eighth of the mean. */
  private static final int WEIGHT_SHIFT = 3;

  /**
   * A time counts for no more than so many means, and a mean for no more than so many times: a
   * processor that pauses says nothing of a way.
   */
  private static final int MOST_TIMES = 4;

  private boolean asks;
  private boolean tries;
  private boolean timed;

  /** Turns until one is to be timed, or the trial to go on; and until the next trial. */
  private int untilNext = TURNS_PER_SAMPLE;

  private int untilTrial = TURNS_PER_TRIAL;

  /** Of the trial: the turns that were to be timed, and how many of them were. */
  private int timedTurns;

  private int times;

  /** The mean times in nanoseconds, or 0 while they are not known. */
  private long reading;

  private long asking;

  /** Begins the next turn, and says whether it shall read. */
  boolean next() {
    timed = false;
    if (--untilNext <= 0) {
      goOn();
    }
    return asks == tries;
  }

  private void goOn() {
    if (tries) {
      goOnTrying();
      return;
    }
    untilNext = TURNS_PER_SAMPLE;
    untilTrial -= TURNS_PER_SAMPLE;
    if (untilTrial <= 0) {
      tries = true;
      timedTurns = 0;
      times = 0;
      untilNext = UNTIMED_TURNS;
    } else {
      timed = true;
    }
  }

  private void goOnTrying() {
    if (timedTurns == MOST_TIMED_TURNS) {
      endTrial();
      return;
    }
    timedTurns++;
    timed = true;
    untilNext = 1;
  }

  private void endTrial() {
    tries = false;
    if (times == 0 && asks) {
      reading = 0;
    } else if (times == 0) {
      asking = 0;
    }
    choose();
    long own = asks ? asking : reading;
    long other = asks ? reading : asking;
    untilTrial = TURNS_PER_TRIAL;
    if (own < other && own > 0) {
      untilTrial = (int) Math.min(TURNS_PER_TRIAL * other / own, MOST_TURNS_PER_TRIAL);
    }
    untilNext = TURNS_PER_SAMPLE;
  }

  private void chooseAnew() {
    boolean asked = asks;
    choose();
    if (asks != asked) {
      untilTrial = TURNS_PER_TRIAL;
    }
  }

  private void choose() {
    asks = asking > 0 && asking + (asking >> 2) < reading;
  }

  /** Whether it is wanted how long this turn takes. */
  boolean isTimed() {
    return timed;
  }

  /** A turn that began with a read, or one that asked, took so long a get. */
  void took(boolean read, long nanoseconds) {
    if (read) {
      reading = mean(reading, nanoseconds);
    } else {
      asking = mean(asking, nanoseconds);
    }
    if (!tries) {
      chooseAnew();
    } else if (read == asks && ++times == TIMES_PER_TRIAL) {
      endTrial();
    }
  }

  private static long mean(long before, long nanoseconds) {
    long time = Math.max(nanoseconds, 1);
    if (before == 0) {
      return time;
    }
    long mean = Math.min(before, MOST_TIMES * time);
    return mean + ((Math.min(time, MOST_TIMES * mean) - mean) >> WEIGHT_SHIFT);
  }

  /** Whether gets read, but for trials. */
  boolean prefersReading() {
    return !asks;
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
