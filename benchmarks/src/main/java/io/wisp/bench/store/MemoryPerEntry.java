package io.wisp.bench.store;

/**
 * Prints the memory that each map uses for an entry beyond its key and value.
 *
 * <pre>
 * java --add-opens=java.base/java.lang=ALL-UNNAMED ... \
 *     -cp benchmarks/target/benchmarks.jar io.wisp.bench.store.MemoryPerEntry [ENTRIES]
 * </pre>
 */
public final class MemoryPerEntry {

  private static final long DEFAULT_ENTRIES = 1_000_000;

  private MemoryPerEntry() {}

  public static void main(String[] arguments) {
    long entries = arguments.length == 0 ? DEFAULT_ENTRIES : Long.parseLong(arguments[0]);
    System.out.printf(
        "%,d entries with keys of %d bytes and values of %d:%n",
        entries, Entries.KEY_SIZE, Entries.VALUE_SIZE);
    for (MapKind kind : MapKind.values()) {
      System.out.printf(
          "%20s  %6.1f bytes an entry beyond key and value%n",
          kind.label(), overhead(kind, entries));
    }
  }

  static double overhead(MapKind kind, long entries) {
    try (MapUnderTest map = kind.open(entries)) {
      try (MapUnderTest.Session session = map.session()) {
        for (long number = 0; number < entries; number++) {
          session.put(number);
        }
      }
      return (double) map.memoryBytes() / entries - Entries.KEY_SIZE - Entries.VALUE_SIZE;
    }
  }
}
