package io.wisp.cli.perf;

import io.wisp.cli.common.UserError;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the perf client. */
public final class PerfArguments {

  @Option(
      names = {"--key_size", "--key-size"},
      paramLabel = "K",
      description = "Decimal digits of a key, 1 to 18; must be given.")
  private @Nullable Integer keySize;

  @Option(
      names = {"--payload_size", "--payload-size"},
      paramLabel = "P",
      description = "Bytes of a value, 0 to 67108864; must be given.")
  private @Nullable Integer payloadSize;

  @Option(
      names = "--requests",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Requests to measure, of all clients together; ${DEFAULT-VALUE} unless given.")
  private long requests;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Requests before them, not measured; ${DEFAULT-VALUE} unless given.")
  private long warmup;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "1",
      description = "Connections, each with its thread; ${DEFAULT-VALUE} unless given.")
  private int clients;

  @Option(
      names = "--pipeline",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Requests sent together before waiting for all their replies; ${DEFAULT-VALUE} unless"
              + " given. Latency is then from handing in a request to having its reply.")
  private int pipeline;

  @Option(
      names = "--mix",
      paramLabel = "MIX",
      defaultValue = "put:1,get:1,delete:1",
      description = "Operations and their weights, as get:95,put:5; ${DEFAULT-VALUE} unless given.")
  private String mix = "";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What keys and operations are drawn from; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result with settings, conditions and histograms to this file.")
  private @Nullable Path json;

  PerfSettings settings() {
    Integer digits = keySize;
    Integer bytes = payloadSize;
    if (digits == null || bytes == null) {
      String missing = digits == null ? "--key_size" : "--payload_size";
      throw UserError.usage(
          "-p needs " + missing + ": for example --key_size 3 --payload_size 100");
    }
    return new PerfSettings(
        digits, bytes, requests, warmup, clients, pipeline, OperationMix.parse(mix), seed);
  }

  @Nullable Path json() {
    return json;
  }
}
