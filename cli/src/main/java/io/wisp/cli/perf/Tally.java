package io.wisp.cli.perf;

import io.wisp.store.Status;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What became of the requests of one operation, and how long the answered ones took. Belongs to one
 * thread at a time; recording allocates nothing.
 */
final class Tally {

  /** Longer than any timeout; what takes longer still is recorded as this. */
  private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(2);

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final int STATUS_CODES = 64;

  private final Histogram latency = new Histogram(LONGEST_NANOS, SIGNIFICANT_DIGITS);
  private final long[] statuses = new long[STATUS_CODES];

  void record(Status status, long nanoseconds) {
    statuses[status.code()]++;
    if (!status.isError()) {
      latency.recordValue(Math.min(Math.max(nanoseconds, 0), LONGEST_NANOS));
    }
  }

  void add(Tally other) {
    latency.add(other.latency);
    for (int i = 0; i < statuses.length; i++) {
      statuses[i] += other.statuses[i];
    }
  }

  /** Latencies of answered requests in nanoseconds. */
  Histogram latency() {
    return latency;
  }

  long count(Status status) {
    return statuses[status.code()];
  }

  long requests() {
    long sum = 0;
    for (long count : statuses) {
      sum += count;
    }
    return sum;
  }

  /** Requests that were refused or impossible. */
  long errors() {
    long sum = 0;
    for (Status status : Status.values()) {
      sum += status.isError() ? count(status) : 0;
    }
    return sum;
  }

  /** Requests that found their key. */
  long hits() {
    return count(Status.FOUND) + count(Status.DELETED) + count(Status.REPLACED);
  }

  /** Requests that found no key. */
  long misses() {
    return count(Status.ABSENT) + count(Status.CREATED);
  }
}
