// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.bench.floor.CoreToCoreLatency;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * How far apart the cores of clients and server were while each iteration ran, where both ends have
 * their own: the mean of before and after it. It comes behind {@link PlacementProfiler}, which
 * brings the thread that calls to the clients' core.
 */
public final class CoreToCoreProfiler implements InternalProfiler {

  /** The name of its result. */
  public static final String ROUND_TRIP = "coreToCore.roundTrip";

  private static final String UNIT = "ns";

  private OptionalDouble before = OptionalDouble.empty();

  @Override
  public String getDescription() {
    return "Round trip of a cache line between clients and server, added by Wisp's own runner";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    if (before.isEmpty() && PlacementProfiler.isSplit()) {
      before = CoreToCoreLatency.roundTripNanos(PlacementProfiler::pinServer);
    }
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    if (before.isEmpty()) {
      return List.of();
    }
    double first = before.getAsDouble();
    before = CoreToCoreLatency.roundTripNanos(PlacementProfiler::pinServer);
    return before.isEmpty()
        ? List.of()
        : List.of(
            new ScalarResult(
                ROUND_TRIP, (first + before.getAsDouble()) / 2, UNIT, AggregationPolicy.AVG));
  }
}
