// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.latency;

import io.wisp.measure.workload.RequestKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/** A tally for each kind of request. */
public final class Tallies {

  private final boolean openLoop;
  private final Map<RequestKind, Tally> byKind = new EnumMap<>(RequestKind.class);

  /** Empty ones, with service times if they are of an open loop. */
  public Tallies(boolean openLoop) {
    this.openLoop = openLoop;
    for (RequestKind kind : RequestKind.values()) {
      byKind.put(kind, new Tally(openLoop));
    }
  }

  /** That of a kind. */
  public Tally of(RequestKind kind) {
    return Objects.requireNonNull(byKind.get(kind));
  }

  /** Whether they are of an open loop, with service times. */
  public boolean openLoop() {
    return openLoop;
  }

  /** Forgets everything, at no cost where there is nothing. */
  public void reset() {
    for (Tally tally : byKind.values()) {
      if (tally.requests() > 0) {
        tally.reset();
      }
    }
  }

  /** All kinds together. */
  public Tally total() {
    Tally total = new Tally(openLoop);
    byKind.values().forEach(total::add);
    return total;
  }

  /** The shortest time from sending to the answer in an open loop, 0 if there was none. */
  public long shortestService() {
    long shortest = Long.MAX_VALUE;
    for (Tally tally : byKind.values()) {
      Histogram service = tally.service();
      if (service != null && service.getTotalCount() > 0) {
        shortest = Math.min(shortest, service.getMinValue());
      }
    }
    return shortest == Long.MAX_VALUE ? 0 : shortest;
  }

  /** Adds what another client recorded in the same kind of loop. */
  public void add(Tallies other) {
    byKind.forEach((kind, tally) -> tally.add(other.of(kind)));
  }
}
