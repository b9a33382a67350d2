// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import io.wisp.store.Limits;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How an option says which sizes values have. */
final class SizeSyntax {

  private static final Pattern SIZE_OR_RANGE = Pattern.compile("(-?\\d+)(?:-(\\d+))?");
  private static final Range BYTES = new Range(0, Limits.MAX_VALUE_LENGTH);

  private SizeSyntax() {}

  static ValueSizes parse(String text) {
    if (text.strip().equalsIgnoreCase("etc")) {
      return new ValueSizes.Etc();
    }
    Matcher matcher = SIZE_OR_RANGE.matcher(text.strip());
    if (!matcher.matches()) {
      throw UserError.usage(
          "--payload_size "
              + text
              + " is not understood: it is bytes, as 100, a range of them, as 1-1000, or etc");
    }
    int least = BYTES.check("--payload_size", number(text, matcher.group(1)));
    if (matcher.group(2) == null) {
      return new ValueSizes.Fixed(least);
    }
    int most = BYTES.check("--payload_size", number(text, matcher.group(2)));
    if (most < least) {
      throw UserError.usage("--payload_size " + text + " ends before it begins");
    }
    return new ValueSizes.Between(least, most);
  }

  private static int number(String text, String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw UserError.usage(
          "--payload_size "
              + text
              + ": "
              + digits
              + " is not between "
              + BYTES.least()
              + " and "
              + BYTES.most());
    }
  }
}
