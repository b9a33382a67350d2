package io.wisp.cli.perf;

import io.wisp.cli.common.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a run as JSON; {@code perf-json.md} in this module describes it. The file appears whole or
 * not at all: it is written under another name first.
 */
final class ResultFile {

  static final String FORMAT = "wisp-perf";
  static final int FORMAT_VERSION = 1;

  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

  private final Path file;
  private final Path directory;

  /**
   * A file to be written later.
   *
   * @throws UserError if it cannot be, so that nobody waits for a run in vain
   */
  ResultFile(Path file) {
    this.file = file.toAbsolutePath();
    this.directory = Objects.requireNonNullElse(this.file.getParent(), this.file);
    if (Files.isDirectory(this.file)) {
      throw UserError.failure("--json " + file + " is a folder");
    }
    if (!Files.isDirectory(directory)) {
      throw UserError.failure("--json " + file + ": there is no folder " + directory);
    }
    if (!Files.isWritable(directory)) {
      throw UserError.failure("--json " + file + ": nothing can be written to " + directory);
    }
  }

  /** Writes it. */
  void write(PerfSettings settings, Connection connection, PerfResult result) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("format", FORMAT);
    root.put("formatVersion", FORMAT_VERSION);
    root.put("startedAt", result.startedAt().toString());
    root.put("connection", connection.fields());
    root.put("settings", settings(settings));
    root.put("environment", Environment.capture());
    root.put("result", result(result));
    byte[] bytes =
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsBytes(root);
    try {
      replace(bytes);
    } catch (IOException e) {
      throw UserError.failure("--json " + file + " could not be written: " + e.getMessage());
    }
  }

  private void replace(byte[] bytes) throws IOException {
    Path unfinished = Files.createTempFile(directory, ".wisp-perf-", ".unfinished");
    try {
      Files.write(unfinished, bytes);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static Map<String, Object> settings(PerfSettings settings) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("keySize", settings.keySize());
    map.put("payloadSize", settings.payloadSize());
    map.put("requests", settings.requests());
    map.put("warmup", settings.warmup());
    map.put("clients", settings.clients());
    map.put("pipeline", settings.pipeline());
    map.put("mix", settings.mix().toString());
    map.put("seed", settings.seed());
    map.put("loop", "closed");
    return map;
  }

  private static Map<String, Object> result(PerfResult result) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("elapsedNanoseconds", result.elapsedNanos());
    map.put("requestsPerSecond", result.requestsPerSecond());
    Map<String, Object> operations = new LinkedHashMap<>();
    for (Operation operation : Operation.values()) {
      operations.put(operation.word(), tally(result.tally(operation)));
    }
    operations.put("all", tally(result.total()));
    map.put("operations", operations);
    if (!result.lookups().isEmpty()) {
      map.put("lookups", result.lookups().byName());
    }
    return map;
  }

  private static Map<String, Object> tally(Tally tally) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("requests", tally.requests());
    map.put("hits", tally.hits());
    map.put("misses", tally.misses());
    map.put("errors", tally.errors());
    if (tally.requests() > 0) {
      map.put("latencyNanoseconds", percentiles(tally.latency()));
      map.put("histogram", compressed(tally.latency()));
    }
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

  /** As HdrHistogram's logs have it: compressed, then Base64. */
  private static String compressed(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }
}
