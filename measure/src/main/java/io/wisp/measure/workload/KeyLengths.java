// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/** How many bytes the key of a number has; always the same for the same number. */
public sealed interface KeyLengths {

  /** How long the longest is. */
  int most();

  /** The length of a number's key. */
  int of(long number);

  /** All of the same length. */
  record Fixed(int length) implements KeyLengths {

    @Override
    public int most() {
      return length;
    }

    @Override
    public int of(long number) {
      return length;
    }
  }

  /**
   * As in the pool ETC of Facebook's memcached: a generalized extreme value distribution with
   * location 30.7984, scale 8.20449 and shape 0.078688 (Atikoglu et al., "Workload analysis of a
   * large-scale key-value store", SIGMETRICS 2012), in whole bytes, up to memcached's limit and
   * from the digits that the number needs. The number itself says which length is its.
   */
  record Etc(int digits) implements KeyLengths {

    private static final double LOCATION = 30.7984;
    private static final double SCALE = 8.20449;
    private static final double SHAPE = 0.078688;
    private static final int LONGEST = 250;

    @Override
    public int most() {
      return Math.max(LONGEST, digits);
    }

    @Override
    public int of(long number) {
      // The middle of one of 2^52 equal parts of the interval from 0 to 1, never its ends.
      double probability = ((Fnv.hash(number) >>> 11) + 0.5) * 0x1p-52;
      double quantile = LOCATION + SCALE / SHAPE * (Math.pow(-Math.log(probability), -SHAPE) - 1);
      return (int) Math.clamp(Math.rint(quantile), digits, most());
    }
  }
}
