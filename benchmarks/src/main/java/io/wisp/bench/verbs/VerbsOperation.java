// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is measured; each has a counterpart in perftest: ib_read_lat, ib_write_lat, ib_send_lat. */
enum VerbsOperation {
  READ(0, 1),
  WRITE(220, 2),
  SEND(236, 2);

  private final int defaultInline;
  private final int trips;

  VerbsOperation(int defaultInline, int trips) {
    this.defaultInline = defaultInline;
    this.trips = trips;
  }

  /** Up to how many bytes perftest lets a request of a round trip carry in itself. */
  int defaultInline() {
    return defaultInline;
  }

  /**
   * How many of what perftest reports make a round trip: a READ is whole, of the others it reports
   * half.
   */
  int trips() {
    return trips;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static VerbsOperation labelled(String label) {
    for (VerbsOperation operation : values()) {
      if (operation.label().equals(label)) {
        return operation;
      }
    }
    throw new IllegalArgumentException(
        "there is no operation \"" + label + "\"; there are " + String.join(", ", labels()));
  }

  private static List<String> labels() {
    return Stream.of(values()).map(VerbsOperation::label).toList();
  }
}
