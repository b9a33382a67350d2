// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.measure.machine.Placement;
import java.io.File;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;

/**
 * Starts a forked JVM on the cores of its {@code placement}, and tells it those of the server. It
 * is a profiler only because that is where JMH lets a fork's command line be changed.
 */
public final class PlacementProfiler implements ExternalProfiler {

  static final String SERVER_CORES_PROPERTY = "io.wisp.bench.serverCores";

  @Override
  public String getDescription() {
    return "Pins clients and server to cores, added by Wisp's own runner";
  }

  @Override
  public Collection<String> addJVMInvokeOptions(BenchmarkParams benchmark) {
    return Placement.prefix(placement(benchmark).flatMap(Placement::clientCores));
  }

  @Override
  public Collection<String> addJVMOptions(BenchmarkParams benchmark) {
    return placement(benchmark)
        .flatMap(Placement::serverCores)
        .map(cores -> List.of("-D" + SERVER_CORES_PROPERTY + "=" + cores))
        .orElse(List.of());
  }

  private static Optional<Placement> placement(BenchmarkParams benchmark) {
    return benchmark.getParamsKeys().contains("placement")
        ? Optional.of(Placement.named(benchmark.getParam("placement")))
        : Optional.empty();
  }

  @Override
  public void beforeTrial(BenchmarkParams benchmark) {}

  @Override
  public Collection<? extends Result<?>> afterTrial(
      BenchmarkResult result, long pid, File stdOut, File stdErr) {
    return List.of();
  }

  @Override
  public boolean allowPrintOut() {
    return true;
  }

  @Override
  public boolean allowPrintErr() {
    return true;
  }
}
