// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A number of C's type {@code long double} on x86-64, with which Redis adds floating-point numbers:
 * 64 significant bits, and an exponent of 15 bits. Java has no such type, and a {@code double}
 * would give other digits. Numbers are read as {@code strtold} reads them and written as {@code
 * printf} writes them with 17 places, and no zeros at the end.
 *
 * <p>It is the mantissa times a power of two, or infinite with no matter which sign.
 */
final class LongDouble {

  /** The longest text that Redis reads as a number. */
  static final int MAX_TEXT_LENGTH = 5 * 1024 - 1;

  static final LongDouble ZERO = new LongDouble(BigInteger.ZERO, 0, false);

  private static final LongDouble INFINITY = new LongDouble(BigInteger.ZERO, 0, true);

  private static final int PRECISION = 64;

  /** Where the highest bit of a number is less than this: 2^16384 is too large. */
  private static final int BITS_LIMIT = 16384;

  /** The exponent of the last bit of the smallest numbers, which have fewer significant bits. */
  private static final int LOWEST_EXPONENT = -16445;

  /** Beyond these powers of ten there are only numbers that are too large, or too small. */
  private static final int MOST_DIGITS = 4940;

  private static final int FEWEST_DIGITS = -4970;

  /** More than moves any text of the longest from one of these ends to the other. */
  private static final BigInteger FAR = BigInteger.valueOf(100_000);

  private static final int PLACES = 17;

  /** What is less than 2 to the power of it rounds to 0 in PLACES. */
  private static final int LEAST_EXPONENT_SHOWN = -58;

  private static final Pattern DECIMAL =
      Pattern.compile("([+-]?)(?=[.]?[0-9])([0-9]*)(?:[.]([0-9]*))?(?:[eE]([+-]?[0-9]+))?");

  private static final Pattern HEXADECIMAL =
      Pattern.compile(
          "([+-]?)0[xX](?=[.]?[0-9a-fA-F])([0-9a-fA-F]*)(?:[.]([0-9a-fA-F]*))?"
              + "(?:[pP]([+-]?[0-9]+))?");

  private static final Pattern INFINITE =
      Pattern.compile("[+-]?inf(?:inity)?", Pattern.CASE_INSENSITIVE);

  private final BigInteger mantissa;
  private final int exponent;
  private final boolean infinite;

  private LongDouble(BigInteger mantissa, int exponent, boolean infinite) {
    this.mantissa = mantissa;
    this.exponent = exponent;
    this.infinite = infinite;
  }

  /**
   * The number that is nearest to what a text says; null if the text is no number, or one that is
   * too large, or one other than zero that is too small.
   */
  static @Nullable LongDouble read(String text) {
    if (INFINITE.matcher(text).matches()) {
      return INFINITY;
    }
    Matcher decimal = DECIMAL.matcher(text);
    if (decimal.matches()) {
      return read(decimal, 10, 1);
    }
    Matcher hexadecimal = HEXADECIMAL.matcher(text);
    return hexadecimal.matches() ? read(hexadecimal, 16, 4) : null;
  }

  /**
   * @param perPlace by how much a place behind the point lowers the exponent
   */
  private static @Nullable LongDouble read(Matcher text, int radix, int perPlace) {
    String places = text.group(3) == null ? "" : text.group(3);
    BigInteger digits = new BigInteger(text.group(2) + places, radix);
    if (digits.signum() == 0) {
      return ZERO;
    }
    BigInteger given = text.group(4) == null ? BigInteger.ZERO : new BigInteger(text.group(4));
    int power = given.max(FAR.negate()).min(FAR).intValue() - perPlace * places.length();
    LongDouble size = radix == 10 ? ofDecimal(digits, power) : rounded(digits, power);
    boolean isPossible = !size.infinite && size.mantissa.signum() != 0;
    return isPossible ? size.withSign(text.group(1)) : null;
  }

  private LongDouble withSign(String sign) {
    return sign.equals("-") ? new LongDouble(mantissa.negate(), exponent, false) : this;
  }

  private static LongDouble ofDecimal(BigInteger digits, int power) {
    int magnitude = new BigDecimal(digits).precision() + power;
    if (magnitude > MOST_DIGITS) {
      return INFINITY;
    }
    if (magnitude < FEWEST_DIGITS) {
      return ZERO;
    }
    if (power >= 0) {
      return rounded(digits.multiply(BigInteger.TEN.pow(power)), 0);
    }
    BigInteger divisor = BigInteger.TEN.pow(-power);
    int shift = Math.max(0, PRECISION + 2 + divisor.bitLength() - digits.bitLength());
    BigInteger[] quotient = digits.shiftLeft(shift).divideAndRemainder(divisor);
    // One bit more says whether there is a rest, for that is all that rounding wants to know of it.
    BigInteger withRest = quotient[0].shiftLeft(1);
    return rounded(quotient[1].signum() == 0 ? withRest : withRest.setBit(0), -shift - 1);
  }

  /** The nearest number, of two that are equally near the even one. */
  private static LongDouble rounded(BigInteger mantissa, int exponent) {
    BigInteger size = mantissa.abs();
    int dropped = Math.max(size.bitLength() - PRECISION, LOWEST_EXPONENT - exponent);
    BigInteger kept = size;
    int keptExponent = exponent;
    if (dropped > 0) {
      kept = size.shiftRight(dropped);
      keptExponent += dropped;
      boolean isHalf = size.testBit(dropped - 1);
      boolean isMore = isHalf && size.getLowestSetBit() < dropped - 1;
      if (isMore || (isHalf && kept.testBit(0))) {
        kept = kept.add(BigInteger.ONE);
      }
    }
    return kept.bitLength() + keptExponent > BITS_LIMIT
        ? INFINITY
        : new LongDouble(mantissa.signum() < 0 ? kept.negate() : kept, keptExponent, false);
  }

  /** The sum; null if it is infinite, or none. */
  @Nullable LongDouble plus(LongDouble other) {
    if (infinite || other.infinite) {
      return null;
    }
    int common = Math.min(exponent, other.exponent);
    LongDouble sum =
        rounded(
            mantissa
                .shiftLeft(exponent - common)
                .add(other.mantissa.shiftLeft(other.exponent - common)),
            common);
    return sum.infinite ? null : sum;
  }

  /** The decimal number, without an exponent. */
  @Override
  public String toString() {
    if (infinite) {
      return "inf";
    }
    if (mantissa.bitLength() + exponent < LEAST_EXPONENT_SHOWN) {
      return "0";
    }
    BigDecimal exact =
        exponent >= 0
            ? new BigDecimal(mantissa.shiftLeft(exponent))
            : new BigDecimal(mantissa.multiply(BigInteger.valueOf(5).pow(-exponent)), -exponent);
    return exact.setScale(PLACES, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
  }
}
