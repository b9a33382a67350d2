// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** The maps that are compared. */
public enum MapKind {
  /** Wisp's own off-heap table. */
  WISP(WispMap::new),
  /** The JDK's map, of arrays on the heap. */
  CONCURRENT_HASH_MAP(HeapMap::new),
  /** OpenHFT's off-heap map. */
  CHRONICLE_MAP(OpenHftMap::new);

  @SuppressWarnings("ImmutableEnumChecker") // constructors keep nothing
  private final LongFunction<MapUnderTest> constructor;

  MapKind(LongFunction<MapUnderTest> constructor) {
    this.constructor = constructor;
  }

  /**
   * Opens an empty map.
   *
   * @param entries how many it is going to hold
   */
  MapUnderTest open(long entries) {
    return constructor.apply(entries);
  }

  /** The name by which it is asked for. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The map of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static MapKind labelled(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no store \"" + label + "\"; there are " + labels()));
  }

  private static String labels() {
    return Arrays.stream(values()).map(MapKind::label).collect(Collectors.joining(", "));
  }
}
