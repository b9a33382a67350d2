// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import io.wisp.measure.latency.Tallies;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.workload.RequestKind;
import io.wisp.store.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * Writes the latencies of every measured iteration to a folder; the runner always adds it. It gives
 * JMH no figures of its own, because JMH would average percentiles over iterations, and an average
 * of percentiles is not a percentile: the merged histograms are in the results.
 */
public final class LatencyProfiler implements InternalProfiler {

  private final Path folder;
  private long startMillis;

  /**
   * @param folder where to write, as JMH hands it from the parent process to a fork
   * @throws ProfilerException if no folder is given
   */
  public LatencyProfiler(String folder) throws ProfilerException {
    if (folder.isEmpty()) {
      throw new ProfilerException("the folder to write latencies to is missing");
    }
    this.folder = Path.of(folder);
  }

  @Override
  public String getDescription() {
    return "Latency histograms of every request, written by Wisp's own runner";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    startMillis = System.currentTimeMillis();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    if (iteration.getType() == IterationType.MEASUREMENT) {
      write(benchmark.id(), LatencyRecorder.instance().drain());
    }
    return List.of();
  }

  private void write(String benchmark, Tallies tallies) {
    for (RequestKind kind : RequestKind.values()) {
      Tally tally = tallies.of(kind);
      if (tally.requests() > 0) {
        Histogram histogram = tally.latency();
        histogram.setStartTimeStamp(startMillis);
        histogram.setEndTimeStamp(System.currentTimeMillis());
        try {
          LatencyLog.append(
              folder,
              new LatencyLog.Interval(
                  benchmark,
                  ProcessHandle.current().pid(),
                  kind,
                  tally.count(Status.ABSENT),
                  histogram,
                  LatencyRecorder.instance().ends()));
        } catch (IOException e) {
          throw new UncheckedIOException("cannot write latencies to " + folder, e);
        }
      }
    }
  }
}
