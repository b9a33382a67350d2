// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/** A tally for each operation. */
public final class Tallies {

  private final boolean openLoop;
  private final Map<Operation, Tally> byOperation = new EnumMap<>(Operation.class);

  /** Empty ones, with service times if they are of an open loop. */
  public Tallies(boolean openLoop) {
    this.openLoop = openLoop;
    for (Operation operation : Operation.values()) {
      byOperation.put(operation, new Tally(openLoop));
    }
  }

  /** That of an operation. */
  public Tally of(Operation operation) {
    return Objects.requireNonNull(byOperation.get(operation));
  }

  boolean openLoop() {
    return openLoop;
  }

  /** Forgets everything, at no cost where there is nothing. */
  void reset() {
    for (Tally tally : byOperation.values()) {
      if (tally.requests() > 0) {
        tally.reset();
      }
    }
  }

  /** All operations together. */
  public Tally total() {
    Tally total = new Tally(openLoop);
    byOperation.values().forEach(total::add);
    return total;
  }

  /** The shortest time from sending to the answer in an open loop, 0 if there was none. */
  long shortestService() {
    long shortest = Long.MAX_VALUE;
    for (Tally tally : byOperation.values()) {
      Histogram service = tally.service();
      if (service != null && service.getTotalCount() > 0) {
        shortest = Math.min(shortest, service.getMinValue());
      }
    }
    return shortest == Long.MAX_VALUE ? 0 : shortest;
  }

  /** Adds what another client recorded in the same kind of loop. */
  public void add(Tallies other) {
    byOperation.forEach((operation, tally) -> tally.add(other.of(operation)));
  }
}
