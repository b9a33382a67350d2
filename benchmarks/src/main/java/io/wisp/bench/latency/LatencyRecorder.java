// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import io.wisp.measure.latency.Tallies;

/**
 * Where the clients of this JVM leave the latencies of an iteration, and where {@link
 * LatencyProfiler} fetches them. JMH makes both sides without telling one of the other, hence the
 * single instance. Any thread may use it.
 */
public final class LatencyRecorder {

  private static final LatencyRecorder INSTANCE = new LatencyRecorder();

  private Tallies sum = new Tallies(false);
  private ConnectionEnds ends = ConnectionEnds.NONE;

  LatencyRecorder() {}

  /** That of this JVM. */
  public static LatencyRecorder instance() {
    return INSTANCE;
  }

  /** Says what is measured, from a client that has connected. */
  public synchronized void connected(ConnectionEnds ends) {
    this.ends = ends;
  }

  synchronized ConnectionEnds ends() {
    return ends;
  }

  /** Adds what one client recorded in an iteration that counts. */
  public synchronized void add(Tallies tallies) {
    sum.add(tallies);
  }

  synchronized Tallies drain() {
    Tallies drained = sum;
    sum = new Tallies(false);
    return drained;
  }
}
