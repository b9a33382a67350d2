// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.input.Range;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.workload.Workload;
import io.wisp.measure.workload.YcsbWorkload;
import org.jspecify.annotations.Nullable;

/**
 * What the perf client does.
 *
 * @param loop what makes requests come
 * @param workload which requests
 * @param ycsb the name that the workload was asked for by
 * @param preload how many keys are put before anything else, from the first on
 * @param warmup the closed loop that comes before the measurement
 * @param clients connections
 * @param threads that drive them, no more than there are
 * @param pipeline how many requests of a client may be outstanding
 * @param seed what keys, operations and times are drawn from
 */
record PerfSettings(
    Loop loop,
    Workload workload,
    @Nullable YcsbWorkload ycsb,
    long preload,
    Extent warmup,
    int clients,
    int threads,
    int pipeline,
    long seed) {

  private static final Range CLIENTS = new Range(1, 1024);
  private static final Range PIPELINES = new Range(1, 65_536);

  /** Throws a usage error that names the first option beyond its limits. */
  PerfSettings {
    CLIENTS.check("--clients", clients);
    new Range(1, clients).check("--client-threads", threads);
    PIPELINES.check("--pipeline", pipeline);
  }
}
