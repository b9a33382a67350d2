// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.measure.machine.CoreList;
import io.wisp.measure.machine.Placement;
import io.wisp.measure.machine.ThreadAffinity;
import java.io.File;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/**
 * Pins a forked JVM to the cores of its {@code placement}, and tells it those of the server. It is
 * a profiler only because that is where JMH lets a fork's command line be changed, and where it
 * calls us in the fork before it starts the threads that measure. Those alone are pinned: were the
 * JVM's compilers held to the core as well, they would take it from what is measured for as long as
 * they have work, which is most of a short run.
 */
public final class PlacementProfiler implements ExternalProfiler, InternalProfiler {

  private static final String CLIENT_CORES = "io.wisp.bench.clientCores";
  private static final String SERVER_CORES = "io.wisp.bench.serverCores";
  private static final String ALL_CORES = "io.wisp.bench.allCores";

  /** Pins the thread that calls to the server's cores, if it is in a server that was given some. */
  static void pinServer() {
    pinThread(SERVER_CORES);
  }

  /** Whether clients and server have cores of their own. */
  static boolean isSplit() {
    String clients = System.getProperty(CLIENT_CORES);
    return clients != null && !clients.equals(System.getProperty(SERVER_CORES));
  }

  /** Has what the thread that calls starts run on all cores again. */
  static void unpin() {
    pinThread(ALL_CORES);
  }

  /** The properties that a server needs to be pinned. */
  static List<String> serverFlags() {
    return Stream.of(SERVER_CORES)
        .filter(name -> System.getProperty(name) != null)
        .map(name -> "-D" + name + "=" + System.getProperty(name))
        .toList();
  }

  private static void pinThread(String property) {
    String cores = System.getProperty(property);
    if (cores != null) {
      ThreadAffinity.pin(CoreList.parse(cores));
    }
  }

  @Override
  public String getDescription() {
    return "Pins clients and server to cores, added by Wisp's own runner";
  }

  @Override
  public Collection<String> addJVMInvokeOptions(BenchmarkParams benchmark) {
    return List.of();
  }

  @Override
  public Collection<String> addJVMOptions(BenchmarkParams benchmark) {
    List<String> options = new ArrayList<>();
    placement(benchmark)
        .ifPresent(
            placement -> {
              placement.clientCores().ifPresent(c -> options.add("-D" + CLIENT_CORES + "=" + c));
              placement.serverCores().ifPresent(c -> options.add("-D" + SERVER_CORES + "=" + c));
              options.add("-D" + ALL_CORES + "=" + CoreList.allowedHere());
            });
    return options;
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    pinThread(CLIENT_CORES);
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    return List.of();
  }

  private static Optional<Placement> placement(BenchmarkParams benchmark) {
    return benchmark.getParamsKeys().contains("placement")
        ? Optional.of(Placement.named(benchmark.getParam("placement")))
            .filter(placement -> placement.clientCores().isPresent())
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
