// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import java.util.Locale;

/** The kinds of requests that are told apart in what is recorded. */
public enum RequestKind {
  PUT,
  GET,
  DELETE;

  /** The kind as it is written in files, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind of a label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RequestKind labelled(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
