// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.common.Product;
import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.loop.OfferedLoad;
import io.wisp.measure.machine.CoreList;
import io.wisp.measure.record.Environment;
import io.wisp.measure.record.EnvironmentCapture;
import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.ValueSizes;
import io.wisp.measure.workload.Workload;
import io.wisp.measure.workload.YcsbWorkload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The result of a run as JSON; {@code perf-json.md} in this module describes it. */
final class ResultJson {

  static final String FORMAT = "wisp-perf";
  static final int FORMAT_VERSION = 2;

  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

  private ResultJson() {}

  /**
   * The whole of it, in UTF-8.
   *
   * @param interrupted whether the results are not all that was to be measured
   */
  static byte[] of(
      PerfSettings settings,
      @Nullable CoreList cores,
      PerfConnection connection,
      List<PerfResult> results,
      boolean interrupted) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("format", FORMAT);
    root.put("formatVersion", FORMAT_VERSION);
    if (interrupted) {
      root.put("interrupted", true);
    }
    root.put("startedAt", results.getFirst().startedAt().toString());
    root.put("connection", connection.fields());
    root.put("settings", settings(settings, cores, results));
    root.put("environment", environment());
    root.put("runs", results.stream().map(ResultJson::run).toList());
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsBytes(root);
  }

  private static Map<String, Object> settings(
      PerfSettings settings, @Nullable CoreList cores, List<PerfResult> results) {
    Workload workload = settings.workload();
    YcsbWorkload ycsb = settings.ycsb();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keySize", workload.keySize());
    put(
        map,
        "payloadSize",
        workload.sizes() instanceof ValueSizes.Fixed fixed ? fixed.bytes() : null);
    map.put("sizes", workload.sizes().toString());
    map.put("keys", workload.keys().toString());
    map.put("mix", workload.mix().toString());
    put(map, "workload", ycsb == null ? null : ycsb.word());
    map.put("verify", workload.verify());
    map.put("preload", settings.preload());
    extent(map, "warmup", "warmupNanoseconds", settings.warmup());
    map.put("clients", settings.clients());
    map.put("threads", settings.threads());
    map.put("pipeline", settings.pipeline());
    map.put("seed", settings.seed());
    put(map, "cores", cores == null ? null : cores.numbers());
    map.put("loop", settings.loop().word());
    load(map, settings.loop(), results);
    return map;
  }

  private static void load(Map<String, Object> map, Loop loop, List<PerfResult> results) {
    switch (loop) {
      case Loop.Closed closed -> {
        extent(map, "requests", "durationNanoseconds", closed.extent());
        put(map, "arrivals", null);
        map.put("rates", List.of());
      }
      case Loop.Open open -> {
        put(map, "requests", open.requests());
        map.put("durationNanoseconds", open.duration().toNanos());
        map.put("arrivals", open.arrivals().word());
        map.put("rates", results.stream().map(ResultJson::offered).toList());
      }
    }
  }

  private static void extent(
      Map<String, Object> map, String requests, String nanoseconds, Extent extent) {
    put(map, requests, extent instanceof Extent.Requests all ? all.number() : null);
    put(map, nanoseconds, extent instanceof Extent.Time time ? time.duration().toNanos() : null);
  }

  /** Null as a value is JSON's null. */
  @SuppressWarnings("NullAway") // a LinkedHashMap takes null, and its type here does not say so
  private static void put(Map<String, Object> map, String name, @Nullable Object value) {
    map.put(name, value);
  }

  private static @Nullable Double offered(PerfResult result) {
    OfferedLoad load = result.offered();
    return load == null ? null : load.requestsPerSecond();
  }

  private static Map<String, Object> run(PerfResult result) {
    boolean saturated = result.isSaturated();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("outcome", result.interrupted() ? "interrupted" : saturated ? "saturated" : "measured");
    put(map, "offeredPerSecond", offered(result));
    map.put("requestsPerSecond", result.requestsPerSecond());
    put(map, "shortfall", result.tellsOfRate() ? result.shortfall() : null);
    map.put("elapsedNanoseconds", result.elapsedNanos());
    put(map, "cpuNanoseconds", result.cpuNanos());
    if (saturated) {
      put(map, "backlogNanoseconds", result.missesRate() ? null : result.backlogNanos());
    } else {
      map.put("operations", operations(result));
    }
    RequestsPerClient perClient = result.perClient();
    if (perClient != null) {
      Map<String, Object> made = new LinkedHashMap<>();
      made.put("fewest", perClient.fewest());
      made.put("most", perClient.most());
      map.put("requestsPerClient", made);
    }
    if (!result.lookups().isEmpty()) {
      map.put("lookups", result.lookups().byName());
    }
    return map;
  }

  private static Map<String, Object> operations(PerfResult result) {
    Map<String, Object> operations = new LinkedHashMap<>();
    for (RequestKind operation : RequestKind.values()) {
      operations.put(operation.word(), tally(result.tallies().of(operation)));
    }
    operations.put("all", tally(result.total()));
    return operations;
  }

  private static Map<String, Object> tally(Tally tally) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("requests", tally.requests());
    map.put("hits", tally.hits());
    map.put("misses", tally.misses());
    map.put("errors", tally.errors());
    if (tally.requests() > 0) {
      map.put("latencyNanoseconds", percentiles(tally.latency()));
      map.put("histogram", HistogramText.encode(tally.latency()));
      Histogram service = tally.service();
      if (service != null) {
        map.put("serviceNanoseconds", percentiles(service));
        map.put("serviceHistogram", HistogramText.encode(service));
      }
    }
    return map;
  }

  /** Where the client was; what the system does not tell is "unknown". */
  @SuppressWarnings("NullAway") // a LinkedHashMap takes null, and its type here does not say so
  private static Map<String, Object> environment() {
    Environment.Machine machine = EnvironmentCapture.machine();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("wisp", Product.version());
    map.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    map.put("architecture", System.getProperty("os.arch"));
    map.put("cpu", Objects.requireNonNullElse(machine.cpu(), "unknown"));
    map.put("cores", machine.cores());
    map.put("coresAllowed", Objects.requireNonNullElse(machine.allowedCores(), "unknown"));
    map.put("guest", machine.guest());
    map.put("jdk", System.getProperty("java.vendor") + " " + Runtime.version());
    map.put("jvmFlags", EnvironmentCapture.java().flags());
    return map;
  }

  private static Map<String, Object> percentiles(Histogram latency) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("min", latency.getMinValue());
    map.put("mean", latency.getMean());
    for (double percentile : PERCENTILES) {
      String name =
          "p" + (percentile == Math.rint(percentile) ? (int) percentile + "" : percentile + "");
      map.put(name, latency.getValueAtPercentile(percentile));
    }
    map.put("max", latency.getMaxValue());
    return map;
  }
}
