// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.input.UserError;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rates that an open loop offers one after the other, in requests per second. */
public sealed interface Rates {

  double LOWEST = 0.01;
  double HIGHEST = 1e9;

  /** All of them, in the order in which they are offered. */
  List<Double> all();

  /** Those that were asked for, each to the end. */
  record Listed(List<Double> all) implements Rates {

    @Override
    public String toString() {
      return all.stream().map(Rates::text).collect(Collectors.joining(", "));
    }
  }

  /** One after the other, each larger than the one before, up to the first that is not reached. */
  record Climb(double first) implements Rates {

    private static final double DEFAULT_FIRST = 1000;

    /** Two steps double the rate. */
    private static final double STEP = Math.sqrt(2);

    private static final MathContext ROUNDING = new MathContext(3);

    @Override
    public List<Double> all() {
      return IntStream.iterate(0, steps -> steps + 1)
          .mapToDouble(this::after)
          .takeWhile(rate -> rate <= HIGHEST)
          .boxed()
          .toList();
    }

    /** The rate after a number of steps, in three digits. */
    public double after(int steps) {
      double exact = first * Math.pow(STEP, steps);
      return steps == 0 ? first : new BigDecimal(exact).round(ROUNDING).doubleValue();
    }
  }

  /**
   * Reads what the option {@code --rate} says.
   *
   * @throws UserError if it is neither rates nor a climb
   */
  static Rates parse(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    if (word.equals("climb")) {
      return new Climb(Climb.DEFAULT_FIRST);
    }
    if (word.startsWith("climb:")) {
      return new Climb(rate(text, word.substring("climb:".length())));
    }
    return new Listed(Arrays.stream(word.split(",", -1)).map(part -> rate(text, part)).toList());
  }

  private static double rate(String text, String number) {
    double rate;
    try {
      rate = Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw UserError.usage(
          ("--rate %s: \"%s\" is no number of requests per second;"
                  + " write 5000, or 1000,2000,5000, or climb, or climb:5000")
              .formatted(text, number));
    }
    if (!(rate >= LOWEST && rate <= HIGHEST)) {
      throw UserError.usage(
          "--rate " + text + ": " + number + " is not between " + LOWEST + " and 1000000000");
    }
    return rate;
  }

  /** A rate for people. */
  static String text(double rate) {
    return BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
  }
}
