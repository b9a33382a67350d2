// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import java.util.List;

/**
 * Where the clients of this JVM leave the latencies of an iteration, and where {@link
 * LatencyProfiler} fetches them. JMH makes both sides without telling one of the other, hence the
 * single instance. Any thread may use it.
 */
public final class LatencyRecorder {

  private static final LatencyRecorder INSTANCE = new LatencyRecorder();

  private LatencyHistograms sum = new LatencyHistograms(List.of());
  private Connection connection = Connection.NONE;

  LatencyRecorder() {}

  public static LatencyRecorder instance() {
    return INSTANCE;
  }

  /** Says what is measured, from a client that has connected. */
  public synchronized void connected(Connection connection) {
    this.connection = connection;
  }

  synchronized Connection connection() {
    return connection;
  }

  /** Adds what one client recorded in an iteration that counts. */
  public synchronized void add(LatencyHistograms latencies) {
    sum.add(latencies);
  }

  synchronized LatencyHistograms drain() {
    LatencyHistograms drained = sum;
    sum = new LatencyHistograms(List.of());
    return drained;
  }
}
