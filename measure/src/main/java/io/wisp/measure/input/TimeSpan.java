// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A time as people write it: {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}. */
public final class TimeSpan {

  private static final Pattern SYNTAX =
      Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)?", Pattern.CASE_INSENSITIVE);

  private TimeSpan() {}

  /**
   * Reads a whole number with a unit; without one it is seconds.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static Duration parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no time: write it as 500ms, 5s, 2m or 1h");
    }
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2) == null ? "s" : matcher.group(2).toLowerCase(Locale.ROOT);
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }
}
