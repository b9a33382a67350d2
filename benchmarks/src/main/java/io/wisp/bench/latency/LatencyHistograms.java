// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The latencies of one client, a plain {@link Histogram} for each kind of request, so that
 * recording costs a few nanoseconds and allocates nothing. It belongs to one thread.
 */
public final class LatencyHistograms {

  /** The longest latency that is told from a longer one, in nanoseconds. */
  public static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** A value is kept to one part in a thousand. */
  public static final int SIGNIFICANT_DIGITS = 3;

  private final Map<RequestKind, Requests> requests = new EnumMap<>(RequestKind.class);

  /**
   * @param kinds those that will be recorded; memory is set aside for no others
   */
  public LatencyHistograms(Collection<RequestKind> kinds) {
    kinds.forEach(kind -> requests.put(kind, new Requests()));
  }

  /** An empty histogram of the range and precision that every recorded one has. */
  public static Histogram newHistogram() {
    return new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);
  }

  /**
   * Counts a request.
   *
   * @param miss whether the key was absent
   */
  public void record(RequestKind kind, long nanoseconds, boolean miss) {
    Requests ofKind = of(kind);
    ofKind.histogram.recordValue(Math.min(nanoseconds, HIGHEST_NANOS));
    if (miss) {
      ofKind.misses++;
    }
  }

  /** Adds all that another has recorded. */
  public void add(LatencyHistograms other) {
    other.requests.forEach(
        (kind, added) -> {
          Requests sum = requests.computeIfAbsent(kind, each -> new Requests());
          sum.histogram.add(added.histogram);
          sum.misses += added.misses;
        });
  }

  /** Forgets everything. */
  public void reset() {
    for (Requests each : requests.values()) {
      each.histogram.reset();
      each.misses = 0;
    }
  }

  /** How many requests of a kind were recorded. */
  public long count(RequestKind kind) {
    Requests ofKind = requests.get(kind);
    return ofKind == null ? 0 : ofKind.histogram.getTotalCount();
  }

  /** How many of them found the key absent. */
  public long misses(RequestKind kind) {
    return of(kind).misses;
  }

  /** The latencies of a kind, in nanoseconds. */
  public Histogram histogram(RequestKind kind) {
    return of(kind).histogram;
  }

  private Requests of(RequestKind kind) {
    Requests ofKind = requests.get(kind);
    if (ofKind == null) {
      throw new IllegalStateException("no " + kind.label() + " was to be recorded");
    }
    return ofKind;
  }

  private static final class Requests {
    final Histogram histogram = newHistogram();
    long misses;
  }
}
