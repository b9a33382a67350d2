// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import io.wisp.store.Limits;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many bytes values have. {@link Object#toString} is the canonical text. */
public sealed interface ValueSizes {

  /** How many bytes a value may have. */
  Range BYTES = new Range(0, Limits.MAX_VALUE_LENGTH);

  /** One size, or the least and the most of several. */
  Pattern SIZE_OR_RANGE = Pattern.compile("(-?\\d+)(?:-(\\d+))?");

  /** The smallest there can be. */
  int least();

  /** The largest there can be. */
  int most();

  /** Draws a size, without allocating. */
  int next(SplittableRandom random);

  /** All of one size. */
  record Fixed(int bytes) implements ValueSizes {

    @Override
    public int least() {
      return bytes;
    }

    @Override
    public int most() {
      return bytes;
    }

    @Override
    public int next(SplittableRandom random) {
      return bytes;
    }

    @Override
    public String toString() {
      return "fixed:" + bytes;
    }
  }

  /** All sizes of a range alike, both ends included. */
  record Between(int least, int most) implements ValueSizes {

    @Override
    public int next(SplittableRandom random) {
      return random.nextInt(least, most + 1);
    }

    @Override
    public String toString() {
      return "range:" + least + "-" + most;
    }
  }

  /**
   * As in the pool ETC of Facebook's memcached (Atikoglu et al., "Workload analysis of a
   * large-scale key-value store", SIGMETRICS 2012): 0 to 14 bytes by the paper's table, the rest by
   * a generalized Pareto distribution with scale 214.476 and shape 0.348238 from 15 bytes on, in
   * whole bytes, up to memcached's limit of 1 MiB.
   */
  record Etc() implements ValueSizes {

    private static final int LARGEST = 1 << 20;
    private static final double SCALE = 214.476;
    private static final double SHAPE = 0.348238;
    private static final double[] SMALL = {
      .00536, .00047, .17820, .09239, .00018, .02740, .00065, .00606, .00023, .00837, .00837,
      .08989, .00092, .00326, .01980
    };

    @Override
    public int least() {
      return 0;
    }

    @Override
    public int most() {
      return LARGEST;
    }

    @Override
    public int next(SplittableRandom random) {
      double rest = random.nextDouble();
      for (int bytes = 0; bytes < SMALL.length; bytes++) {
        if (rest < SMALL[bytes]) {
          return bytes;
        }
        rest -= SMALL[bytes];
      }
      double beyond = SCALE / SHAPE * (Math.pow(1 - random.nextDouble(), -SHAPE) - 1);
      return (int) Math.min(SMALL.length + (long) beyond, LARGEST);
    }

    @Override
    public String toString() {
      return "etc";
    }
  }

  /**
   * Reads what the option {@code --payload_size} says.
   *
   * @throws UserError if the text is no size, no range and not {@code etc}
   */
  static ValueSizes parse(String text) {
    if (text.strip().equalsIgnoreCase("etc")) {
      return new Etc();
    }
    Matcher matcher = SIZE_OR_RANGE.matcher(text.strip());
    if (!matcher.matches()) {
      throw UserError.usage(
          ("--payload_size %s is not understood:"
                  + " it is bytes, as 100, a range of them, as 1-1000, or etc")
              .formatted(text));
    }
    int least = bytes(text, matcher.group(1));
    if (matcher.group(2) == null) {
      return new Fixed(least);
    }
    int most = bytes(text, matcher.group(2));
    if (most < least) {
      throw UserError.usage("--payload_size " + text + " ends before it begins");
    }
    return new Between(least, most);
  }

  private static int bytes(String text, String digits) {
    int number;
    try {
      number = Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw UserError.usage(
          "--payload_size %s: %s is not between %s and %s"
              .formatted(text, digits, BYTES.least(), BYTES.most()));
    }
    return BYTES.check("--payload_size", number);
  }
}
