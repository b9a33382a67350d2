// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Reads {@code EX seconds} and {@code PX milliseconds}. */
final class ShellExpiry {

  private static final long LONGEST_DAYS = 36_500;

  private ShellExpiry() {}

  /**
   * The time to live in milliseconds.
   *
   * @param words the unit and the number
   * @throws SyntaxException if they are something else, or too much
   */
  static long milliseconds(List<byte[]> words) {
    String unit = ShellCommand.text(words.getFirst()).toUpperCase(Locale.ROOT);
    if (words.size() != 2 || !(unit.equals("EX") || unit.equals("PX"))) {
      throw new SyntaxException("set is used as: " + ShellCommand.SET.usage());
    }
    TimeUnit time = unit.equals("EX") ? TimeUnit.SECONDS : TimeUnit.MILLISECONDS;
    long longest = time.convert(LONGEST_DAYS, TimeUnit.DAYS);
    return time.toMillis(Numbers.parse(unit, words.get(1), 1, longest));
  }
}
