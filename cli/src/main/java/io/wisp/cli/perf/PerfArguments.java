// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import io.wisp.measure.loop.Arrivals;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.loop.Rates;
import io.wisp.measure.workload.DecimalKeys;
import io.wisp.measure.workload.KeyDistribution;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.ValueSizes;
import io.wisp.measure.workload.Workload;
import io.wisp.measure.workload.YcsbWorkload;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the perf client. */
public final class PerfArguments {

  private static final String ALL = "all";
  private static final String STANDARD_OUTPUT = "-";
  private static final String DEFAULT_MIX = "put:1,get:1,delete:1";
  private static final Range PRELOADS = new Range(1, 1_000_000_000);

  /** What YCSB's workloads find in the store unless told otherwise, if there are as many keys. */
  private static final long DEFAULT_RECORDS = 1_000_000;

  @Option(
      names = {"--key_size", "--key-size"},
      paramLabel = "K",
      description = "Decimal digits of a key, 1 to 18; must be given.")
  private @Nullable Integer keySize;

  @Option(
      names = {"--payload_size", "--payload-size"},
      paramLabel = "P|MIN-MAX|etc",
      description =
          "Bytes of a value, 0 to 67108864; or all sizes of a range alike; or keys and values as"
              + " long as those of Facebook's pool ETC. Must be given.")
  private @Nullable String payloadSize;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description =
          "Requests to measure, of all clients together; 100000 unless given. With --rate: the most"
              + " at each rate.")
  private @Nullable Long requests;

  @Option(
      names = "--warmup",
      paramLabel = "N|TIME",
      defaultValue = "20000",
      description =
          "Requests before them, not measured, in a closed loop; ${DEFAULT-VALUE} unless given. With"
              + " a unit, as 10s, it is a time.")
  private String warmup = "";

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "1",
      description = "Connections; ${DEFAULT-VALUE} unless given.")
  private int clients;

  @Option(
      names = "--client-threads",
      paramLabel = "N",
      description =
          "Threads that drive the connections of a closed loop, each its share of them in turn, and a"
              + " latency ends when it comes round; one for each connection unless given.")
  private @Nullable Integer clientThreads;

  @Option(
      names = "--pipeline",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Requests sent together before waiting for all their replies; ${DEFAULT-VALUE} unless"
              + " given. Latency is then from handing in a request to having its reply. With --rate:"
              + " how many may be outstanding.")
  private int pipeline;

  @Option(
      names = "--rate",
      paramLabel = "N[,N...]|climb[:N]",
      description =
          "Open loop: so many requests are due each second, of all clients together, and latency"
              + " counts from then. With climb: from N, 1000 unless given, up to a rate that is not"
              + " reached. Exit code 3 says that none was reached.")
  private @Nullable String rate;

  @Option(
      names = "--arrivals",
      paramLabel = "uniform|poisson",
      description = "With --rate: when requests are due. poisson unless given.")
  private @Nullable Arrivals arrivals;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description =
          "How long to measure, in place of --requests. With --rate: how long each rate is offered;"
              + " 10s unless given.")
  private @Nullable Duration duration;

  @Option(
      names = "--mix",
      paramLabel = "MIX",
      description =
          "Operations and their weights, as get:95,put:5, or percentages of gets and puts, as 95/5;"
              + " put:1,get:1,delete:1 unless given. Also insert, of new keys, and rmw, a get and a"
              + " put of the same key; and putdelete, a put and a delete of the same key.")
  private @Nullable String mix;

  @Option(
      names = "--keys",
      paramLabel = "KEYS",
      description =
          "Which keys, as YCSB chooses them: uniform, zipfian[:THETA], hotset[:FRACTION:SHARE],"
              + " sequential or latest[:THETA]. uniform unless given.")
  private @Nullable String keys;

  @Option(
      names = "--workload",
      paramLabel = "a|b|c|d|f",
      description =
          "Mix, keys and a preload as in this workload of YCSB, where --mix, --keys and --preload do"
              + " not say otherwise.")
  private @Nullable String workload;

  @Option(
      names = "--preload",
      paramLabel = "N|all",
      description =
          "Put keys 0 to N-1, or all there can be, before anything else, and ask for these alone.")
  private @Nullable String preload;

  @Option(
      names = "--verify",
      description =
          "Write values that prove for which key they were written, and look at every one that is"
              + " read; a wrong one fails the run.")
  private boolean verify;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "What keys, operations, sizes and times are drawn from; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write the result with settings, conditions and histograms to this file; - is standard"
              + " output, and all else goes to standard error then.")
  private @Nullable String json;

  PerfSettings settings() {
    Integer digits = keySize;
    String bytes = payloadSize;
    if (digits == null || bytes == null) {
      String missing = digits == null ? "--key_size" : "--payload_size";
      throw UserError.usage(
          "-p needs " + missing + ": for example --key_size 3 --payload_size 100");
    }
    DecimalKeys.DIGITS.check("--key_size", digits);
    ValueSizes sizes = ValueSizes.parse(bytes);
    YcsbWorkload ycsb = workload == null ? null : YcsbWorkload.parse(workload);
    OperationMix operations = mix(ycsb);
    long preloaded = preloaded(digits, ycsb, operations);
    Workload requested =
        new Workload(
            digits,
            preloaded > 0 ? preloaded : DecimalKeys.count(digits),
            distribution(ycsb),
            sizes,
            operations,
            verify);
    Extent before = Extent.parse("--warmup", warmup);
    return new PerfSettings(
        loop(), requested, ycsb, preloaded, before, clients, threads(), pipeline, seed);
  }

  private int threads() {
    if (clientThreads == null) {
      return clients;
    }
    if (rate != null) {
      throw UserError.usage("--client-threads is for a closed loop and means nothing with --rate");
    }
    return clientThreads;
  }

  private OperationMix mix(@Nullable YcsbWorkload ycsb) {
    String unlessGiven = ycsb == null ? DEFAULT_MIX : ycsb.mix();
    return OperationMix.parse(Objects.requireNonNullElse(mix, unlessGiven));
  }

  private KeyDistribution distribution(@Nullable YcsbWorkload ycsb) {
    String text = keys;
    if (text != null) {
      return KeyDistribution.parse(text);
    }
    return ycsb == null ? new KeyDistribution.Uniform() : ycsb.keys();
  }

  private Loop loop() {
    String text = rate;
    if (text != null) {
      return new Loop.Open(
          Rates.parse(text),
          Objects.requireNonNullElse(arrivals, Arrivals.POISSON),
          Objects.requireNonNullElse(duration, Loop.Open.DEFAULT_DURATION),
          requests);
    }
    if (arrivals != null) {
      throw UserError.usage("--arrivals means nothing without --rate");
    }
    return Loop.Closed.of(requests, duration);
  }

  /** How many keys are put first; half of all where a workload needs room for more. */
  private long preloaded(int digits, @Nullable YcsbWorkload ycsb, OperationMix operations) {
    long all = DecimalKeys.count(digits);
    String text = preload;
    if (text == null) {
      long room = operations.inserts() ? Math.max(1, all / 2) : all;
      return ycsb == null ? 0 : Math.min(room, DEFAULT_RECORDS);
    }
    if (text.equalsIgnoreCase(ALL)) {
      if (all > PRELOADS.most()) {
        throw UserError.usage(
            "--preload all would put " + all + " keys, and " + PRELOADS.most() + " is the most");
      }
      return all;
    }
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw UserError.usage("--preload " + text + " is no number of keys, and not all");
    }
    PRELOADS.check("--preload", number);
    if (number > all) {
      throw UserError.usage(
          "--preload " + number + " is more than the " + all + " keys of --key_size " + digits);
    }
    return number;
  }

  /** Whether the result itself goes to standard output. */
  boolean jsonToOutput() {
    return STANDARD_OUTPUT.equals(json);
  }

  /** The file for the result, or null. */
  @Nullable Path jsonFile() {
    try {
      return json == null || jsonToOutput() ? null : Path.of(json);
    } catch (InvalidPathException e) {
      throw UserError.usage(
          "--json %s is no file name in this locale's encoding, %s: set LC_ALL to a locale in UTF-8"
              .formatted(json, System.getProperty("sun.jnu.encoding")));
    }
  }
}
