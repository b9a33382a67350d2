// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Arrays;
import java.util.stream.Collectors;

/** One of a few that a user chooses from, by a word. */
public interface Choice {

  /** The word for it on a command line. */
  String word();

  /**
   * The one of a word.
   *
   * @param what they are, for people: {@code way of waiting}
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static <T extends Choice> T ofWord(T[] choices, String word, String what) {
    return Arrays.stream(choices)
        .filter(each -> each.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + word
                        + "\" is no "
                        + what
                        + "; there are "
                        + Arrays.stream(choices)
                            .map(Choice::word)
                            .collect(Collectors.joining(", "))));
  }
}
