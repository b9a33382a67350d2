// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import java.io.File;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.ExternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * What else the machine did while a forked JVM ran: cores that others kept busy, and cores that the
 * hypervisor gave to other machines. It says nothing where there is no Linux to tell.
 */
public final class OthersProfiler implements ExternalProfiler {

  /** The name of the result with the cores that other processes kept busy. */
  public static final String BUSY = "others.busy";

  /** The name of the result with the cores that were stolen. */
  public static final String STOLEN = "others.stolen";

  private static final String UNIT = "cores";

  private ProcessorTime before = ProcessorTime.NONE;

  @Override
  public String getDescription() {
    return "Cores that were busy with something else, added by Wisp's own runner";
  }

  @Override
  public void beforeTrial(BenchmarkParams benchmark) {
    before = ProcessorTime.now();
  }

  @Override
  public Collection<? extends Result<?>> afterTrial(
      BenchmarkResult result, long pid, File stdOut, File stdErr) {
    ProcessorTime spent = ProcessorTime.now().minus(before);
    if (spent.elapsed() <= 0) {
      return List.of();
    }
    return List.of(
        new ScalarResult(BUSY, spent.busyWithOthers(), UNIT, AggregationPolicy.AVG),
        new ScalarResult(STOLEN, spent.stolenCores(), UNIT, AggregationPolicy.AVG));
  }

  @Override
  public Collection<String> addJVMInvokeOptions(BenchmarkParams benchmark) {
    return List.of();
  }

  @Override
  public Collection<String> addJVMOptions(BenchmarkParams benchmark) {
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
