// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How a client of a transport that reaches into the server's memory gets values. */
public enum GetPath {
  /** By reading the server's table, without the server's CPU, where the server offers it. */
  ONE_SIDED("onesided"),
  /** By asking the server, as for everything else. */
  RING("ring");

  private final String word;

  GetPath(String word) {
    this.word = word;
  }

  /** The word for it on a command line. */
  public String word() {
    return word;
  }

  /**
   * The one of a word.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static GetPath ofWord(String word) {
    return Arrays.stream(values())
        .filter(each -> each.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + word
                        + "\" is no way to get; there are "
                        + Arrays.stream(values())
                            .map(GetPath::word)
                            .collect(Collectors.joining(", "))));
  }
}
