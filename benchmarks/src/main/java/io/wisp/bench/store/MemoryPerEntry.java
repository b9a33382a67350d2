// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import java.io.PrintStream;
import java.util.Locale;

/** Measures the memory that each map uses for an entry beyond its key and value. */
public final class MemoryPerEntry {

  public static final long DEFAULT_ENTRIES = 1_000_000;

  private MemoryPerEntry() {}

  /** Fills every kind of map with so many entries and prints what each costs. */
  public static void print(long entries, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%,d entries with keys of %d bytes and values of %d:%n",
        entries,
        MapEntries.KEY_SIZE,
        MapEntries.VALUE_SIZE);
    for (MapKind kind : MapKind.values()) {
      out.printf(
          Locale.ROOT,
          "%20s  %6.1f bytes an entry beyond key and value%n",
          kind.label(),
          overhead(kind, entries));
    }
  }

  static double overhead(MapKind kind, long entries) {
    try (MapUnderTest map = kind.open(entries)) {
      try (MapUnderTest.Session session = map.session()) {
        for (long number = 0; number < entries; number++) {
          session.put(number);
        }
      }
      return (double) map.memoryBytes() / entries - MapEntries.KEY_SIZE - MapEntries.VALUE_SIZE;
    }
  }
}
