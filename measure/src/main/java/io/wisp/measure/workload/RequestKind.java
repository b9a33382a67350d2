// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import java.util.Locale;

/** The kinds of requests that are told apart in what is recorded. */
public enum RequestKind {
  PUT,
  GET,
  DELETE;

  /** As options, results and histogram logs spell it, in lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind of a word.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RequestKind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
