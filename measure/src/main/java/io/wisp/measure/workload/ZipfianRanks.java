// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import java.util.SplittableRandom;

/**
 * Ranks from 0 of which rank r comes in proportion to 1/(r+1)^theta, by the method of Gray et al.,
 * "Quickly generating billion-record synthetic databases", SIGMOD 1994, which YCSB uses as well. It
 * is exact for ranks 0 and 1 and a close approximation beyond.
 */
final class ZipfianRanks {

  /** So many terms are added up; of the rest the sum is told by the Euler-Maclaurin formula. */
  private static final int TERMS = 10_000;

  /** Up to so many more ranks are added to the sum that is there. */
  private static final long MOST_ADDED = 1_000;

  private final double theta;
  private final double alpha;
  private final double zetaOfTwo;
  private long count;
  private double zeta;
  private double eta;

  /**
   * Ranks of a distribution.
   *
   * @param theta the skew, more than 0 and less than 1
   * @param count how many ranks there are, at least 1
   */
  ZipfianRanks(double theta, long count) {
    this.theta = theta;
    alpha = 1 / (1 - theta);
    zetaOfTwo = 1 + Math.pow(0.5, theta);
    resize(count);
  }

  /** Changes how many ranks there are. */
  void resize(long newCount) {
    if (newCount == count) {
      return;
    }
    if (count >= 2 && newCount > count && newCount - count <= MOST_ADDED) {
      for (long rank = count + 1; rank <= newCount; rank++) {
        zeta += Math.pow((double) rank, -theta);
      }
    } else {
      zeta = zeta(newCount, theta);
    }
    count = newCount;
    eta = (1 - Math.pow(2.0 / count, 1 - theta)) / (1 - zetaOfTwo / zeta);
  }

  /** The sum of 1/i^theta for i from 1 to {@code count}. */
  static double zeta(long count, double theta) {
    int terms = (int) Math.min(count, TERMS);
    double sum = 0;
    for (int i = terms; i >= 1; i--) {
      sum += Math.pow(i, -theta);
    }
    return count > terms ? sum + tail(terms, (double) count, theta) : sum;
  }

  /** The sum for i from {@code from + 1} to {@code to}. */
  private static double tail(double from, double to, double theta) {
    double integral = (Math.pow(to, 1 - theta) - Math.pow(from, 1 - theta)) / (1 - theta);
    double ends = (Math.pow(to, -theta) - Math.pow(from, -theta)) / 2;
    double slopes = theta / 12 * (Math.pow(from, -theta - 1) - Math.pow(to, -theta - 1));
    return integral + ends + slopes;
  }

  /** Draws a rank, without allocating. */
  long next(SplittableRandom random) {
    double drawn = random.nextDouble();
    double scaled = drawn * zeta;
    if (scaled < 1 || count == 1) {
      return 0;
    }
    if (scaled < zetaOfTwo || count == 2) {
      return 1;
    }
    return Math.min((long) (count * Math.pow(eta * drawn - eta + 1, alpha)), count - 1);
  }
}
