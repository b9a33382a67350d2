// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory as people write it: {@code 512m}, {@code 4g}, {@code 4GiB}. */
public record ByteSize(long bytes) {

  private static final Pattern SYNTAX =
      Pattern.compile("(\\d{1,18})\\s*([kmgt]?)(i?b)?", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "kmgt";

  /**
   * Reads a number with a unit: k, m, g or t, in powers of 1,024; without one it is bytes.
   *
   * @throws IllegalArgumentException if the text is something else, or too much for a long
   */
  public static ByteSize parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no amount of memory: write it as 512m or 4g");
    }
    int power = UNITS.indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
    int shift = matcher.group(2).isEmpty() ? 0 : 10 * (power + 1);
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("\"" + text + "\" is more than any machine has");
    }
    return new ByteSize(number << shift);
  }

  /** In the largest binary unit in which it is at least one. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    double amount = bytes;
    int unit = -1;
    while (amount >= 1024 && unit < UNITS.length() - 1) {
      amount /= 1024;
      unit++;
    }
    String number = String.format(Locale.ROOT, "%.1f", amount).replaceFirst("\\.0$", "");
    return number + " " + Character.toUpperCase(UNITS.charAt(unit)) + "iB";
  }
}
