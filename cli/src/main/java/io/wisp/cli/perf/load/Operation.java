// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

import java.util.Locale;

/** What the perf client asks of a server. */
public enum Operation {
  PUT,
  GET,
  DELETE;

  /** As options and results spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
