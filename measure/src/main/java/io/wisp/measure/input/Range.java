// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

/** The values that an option may have, both ends included. */
public record Range(long least, long most) {

  /**
   * The value, if it lies within.
   *
   * @param option the option as the user spells it
   * @throws UserError that names option, value and limits
   */
  public long check(String option, long value) {
    if (value < least || value > most) {
      throw UserError.usage(option + " " + value + " is not between " + least + " and " + most);
    }
    return value;
  }

  /** The same for a number that fits an int. */
  public int check(String option, int value) {
    return Math.toIntExact(check(option, (long) value));
  }
}
