// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.latency;

import io.wisp.store.Status;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What became of the requests of one kind, and how long the answered ones took. Belongs to one
 * thread at a time; recording allocates nothing.
 */
public final class Tally {

  /** Longer than any timeout; what takes longer still is recorded as this. */
  static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(2);

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final int STATUS_CODES = 64;

  private final Histogram latency = newHistogram();
  private final @Nullable Histogram service;
  private final long[] statuses = new long[STATUS_CODES];

  /** An empty one, with service times if it is of an open loop. */
  public Tally(boolean openLoop) {
    service = openLoop ? newHistogram() : null;
  }

  /** An empty histogram of the range and precision that every recorded one has. */
  public static Histogram newHistogram() {
    return new Histogram(LONGEST_NANOS, SIGNIFICANT_DIGITS);
  }

  /**
   * Records a request.
   *
   * @param latencyNanos from when it was due, in a closed loop from when it was sent
   * @param serviceNanos from when it was sent
   */
  public void record(Status status, long latencyNanos, long serviceNanos) {
    statuses[status.code()]++;
    if (!status.isError()) {
      record(latency, latencyNanos);
      if (service != null) {
        record(service, serviceNanos);
      }
    }
  }

  private static void record(Histogram histogram, long nanoseconds) {
    histogram.recordValue(Math.clamp(nanoseconds, 0, LONGEST_NANOS));
  }

  /** Forgets everything. */
  public void reset() {
    latency.reset();
    if (service != null) {
      service.reset();
    }
    Arrays.fill(statuses, 0);
  }

  /** Adds what was recorded elsewhere in the same kind of loop. */
  public void add(Tally other) {
    latency.add(other.latency);
    if (service != null && other.service != null) {
      service.add(other.service);
    }
    for (int i = 0; i < statuses.length; i++) {
      statuses[i] += other.statuses[i];
    }
  }

  /** Latencies of answered requests in nanoseconds. */
  public Histogram latency() {
    return latency;
  }

  /**
   * Times from sending to the answer, in nanoseconds; null in a closed loop, where they are those.
   */
  public @Nullable Histogram service() {
    return service;
  }

  /** How many requests ended with a status. */
  public long count(Status status) {
    return statuses[status.code()];
  }

  /** How many there were. */
  public long requests() {
    return LongStream.of(statuses).sum();
  }

  /** Requests that were refused or impossible. */
  public long errors() {
    return Arrays.stream(Status.values()).filter(Status::isError).mapToLong(this::count).sum();
  }

  /** Requests that found their key. */
  public long hits() {
    return count(Status.FOUND) + count(Status.DELETED) + count(Status.REPLACED);
  }

  /** Requests that found no key. */
  public long misses() {
    return count(Status.ABSENT) + count(Status.CREATED);
  }
}
