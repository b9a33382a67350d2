package io.wisp.cli.perf;

import java.util.Locale;

/** What the perf client asks of a server. */
enum Operation {
  PUT,
  GET,
  DELETE;

  /** As options and results spell it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
