// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.UserError;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How often each key is asked for, as YCSB has it (Cooper et al., "Benchmarking cloud serving
 * systems with YCSB", SoCC 2010). {@link Object#toString} is the canonical text.
 */
public sealed interface KeyDistribution {

  /** What an option may say. */
  String SYNTAX = "uniform, zipfian[:THETA], hotset[:FRACTION:SHARE], sequential or latest[:THETA]";

  /** YCSB's skew. */
  double DEFAULT_THETA = 0.99;

  /** Chooses keys for one of the clients that share a space. */
  KeyChooser chooser(KeySpace space, int client, int clients);

  /** All alike. */
  record Uniform() implements KeyDistribution {

    @Override
    public KeyChooser chooser(KeySpace space, int client, int clients) {
      return random -> random.nextLong(space.records());
    }

    @Override
    public String toString() {
      return "uniform";
    }
  }

  /**
   * A few keys much more often than the rest, spread over all numbers: YCSB's scrambled Zipfian,
   * which draws one of ten billion ranks and takes its FNV hash.
   */
  record Zipfian(double theta) implements KeyDistribution {

    private static final long RANKS = 10_000_000_000L;

    @Override
    public KeyChooser chooser(KeySpace space, int client, int clients) {
      ZipfianRanks ranks = new ZipfianRanks(theta, RANKS);
      return random -> Fnv.hash(ranks.next(random)) % space.records();
    }

    @Override
    public String toString() {
      return "zipfian:" + plain(theta);
    }
  }

  /** A fraction of the keys gets a share of the requests; alike among themselves, as the others. */
  record HotSet(double fraction, double share) implements KeyDistribution {

    @Override
    public KeyChooser chooser(KeySpace space, int client, int clients) {
      long hot = Math.clamp((long) (fraction * space.records()), 1, space.records());
      long cold = space.records() - hot;
      return random ->
          cold == 0 || random.nextDouble() < share
              ? random.nextLong(hot)
              : hot + random.nextLong(cold);
    }

    @Override
    public String toString() {
      return "hotset:" + plain(fraction) + ":" + plain(share);
    }
  }

  /** One after the other, and again from the first; clients begin at equal distances. */
  record Sequential() implements KeyDistribution {

    @Override
    public KeyChooser chooser(KeySpace space, int client, int clients) {
      long start = (long) ((double) space.records() / clients * client);
      return new KeyChooser() {
        private long next = Math.min(start, space.records() - 1);

        @Override
        public long next(SplittableRandom random) {
          long number = next;
          next = number + 1 == space.records() ? 0 : number + 1;
          return number;
        }
      };
    }

    @Override
    public String toString() {
      return "sequential";
    }
  }

  /**
   * The key that was inserted last most often, the one before it less, and so on: YCSB's skewed
   * latest, Zipfian by age.
   */
  record Latest(double theta) implements KeyDistribution {

    @Override
    public KeyChooser chooser(KeySpace space, int client, int clients) {
      ZipfianRanks ages = new ZipfianRanks(theta, space.population());
      return random -> {
        ages.resize(space.population());
        return space.latest(ages.next(random));
      };
    }

    @Override
    public String toString() {
      return "latest:" + plain(theta);
    }
  }

  /**
   * Reads a distribution.
   *
   * @throws UserError if the text is none; the message says what it should look like
   */
  static KeyDistribution parse(String text) {
    List<String> parts = List.of(text.strip().toLowerCase(Locale.ROOT).split(":", -1));
    return switch (parts.getFirst() + "/" + (parts.size() - 1)) {
      case "uniform/0" -> new Uniform();
      case "sequential/0" -> new Sequential();
      case "zipfian/0" -> new Zipfian(DEFAULT_THETA);
      case "zipfian/1" -> new Zipfian(fraction(text, "THETA", parts.get(1)));
      case "latest/0" -> new Latest(DEFAULT_THETA);
      case "latest/1" -> new Latest(fraction(text, "THETA", parts.get(1)));
      case "hotset/0" -> new HotSet(0.2, 0.8);
      case "hotset/2" ->
          new HotSet(
              fraction(text, "FRACTION", parts.get(1)), fraction(text, "SHARE", parts.get(2)));
      default -> throw UserError.usage("--keys " + text + " is not understood: it is " + SYNTAX);
    };
  }

  private static double fraction(String text, String name, String number) {
    double value;
    try {
      value = Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw UserError.usage("--keys " + text + ": " + name + " \"" + number + "\" is no number");
    }
    if (!(value > 0 && value < 1)) {
      throw UserError.usage(
          "--keys " + text + ": " + name + " " + number + " is not more than 0 and less than 1");
    }
    return value;
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
