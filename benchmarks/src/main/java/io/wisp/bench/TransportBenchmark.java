// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.latency.LatencyRecorder;
import io.wisp.bench.server.ServerProcess;
import io.wisp.bench.server.ServerUnderTest;
import io.wisp.measure.loop.ClosedLoop;
import io.wisp.measure.loop.Exchange;
import io.wisp.measure.loop.SystemLoadClock;
import io.wisp.measure.machine.CoreList;
import io.wisp.measure.workload.KeySpace;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.RequestSource;
import io.wisp.measure.workload.Workload;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.Control;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.infra.ThreadParams;
import org.openjdk.jmh.runner.IterationType;

/**
 * Requests a second from a server, and the latency of every one of them, by transport.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar -p keySize=3 -p payloadSize=10,100,1000</pre>
 *
 * <p>Each of JMH's threads is a client with a connection of its own ({@code -t 50}). It is a closed
 * loop: a client has at most {@link #pipeline} requests under way.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
    })
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 20, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class TransportBenchmark {

  /** The value of {@link #server} that starts one. */
  static final String OWN_SERVER = "own";

  /** The transport that has no server and measures the harness itself. */
  static final String NULL_TRANSPORT = "null";

  /** What a record and its place in the index may cost beyond key and value, generously. */
  private static final long BYTES_PER_RECORD = 128;

  private static final long SPARE_BYTES = 64L << 20;

  /** How much is sent at a time while the store is filled. */
  private static final int MAX_BATCH = 256;

  private static final int MAX_BATCH_BYTES = 1 << 20;

  /** The seed of the first client's random numbers; the next one's is one more. */
  private static final long SEED = 3994;

  /** How requests travel; without this parameter, every way that this machine can run. */
  @Param("tcp")
  public String transport = "";

  /** Decimal digits of a key, which are its bytes. */
  @Param("3")
  public int keySize;

  /** Bytes of a value. */
  @Param({"10", "100", "1000"})
  public int payloadSize;

  /** What is asked for: get, put, delete, mixed or wisp. */
  @Param("wisp")
  public String operation = "";

  /** Requests that a client sends at a time. */
  @Param("1")
  public int pipeline;

  /** Where a running server is, {@code HOST} or {@code HOST:PORT}; {@code own} starts one. */
  @Param(OWN_SERVER)
  public String server = "";

  /** Threads of our own server. */
  @Param("1")
  public int serverThreads;

  /** Whether clients and our own server poll without sleeping; auto: where that is the point. */
  @Param(PlacementDefaults.AUTO)
  public String busyPoll = "";

  /** How values are got where clients reach into the server's memory: auto, onesided or ring. */
  @Param("auto")
  public String get = "";

  /** The RDMA device of clients and our own server, {@code NAME[:PORT[:GID_INDEX]]}, or auto. */
  @Param(ServerProcess.AUTO)
  public String device = "";

  /**
   * How long RDMA devices of clients and our own server wait for an acknowledgement before they
   * send again, as {@code 67ms}, rounded up to what they can keep; or auto.
   */
  @Param(ServerProcess.AUTO)
  public String ackTimeout = "";

  /**
   * The cores of clients and our own server: free, shared (one for both), split (one each), or auto
   * (what suits the transport).
   */
  @Param(PlacementDefaults.AUTO)
  public String placement = "";

  private @Nullable ServerUnderTest ownServer;
  private Endpoint endpoint = new Endpoint("127.0.0.1", 0);
  private KeySpace keys = new KeySpace(1, 1);

  @Setup(Level.Trial)
  public void start() {
    keys = KeySpace.fitting(keySize, payloadSize);
    if (!server.equals(OWN_SERVER)) {
      endpoint = transport().endpoint(Endpoint.parse(server));
    } else if (!transport.equals(NULL_TRANSPORT)) {
      ownServer =
          ServerUnderTest.start(
              transport, serverThreads, polls(), serverMemory(), device, ackTimeout);
      endpoint = ownServer.endpoint();
    }
    leave(mix()::startsPresent);
  }

  private long serverMemory() {
    return SPARE_BYTES + keys.records() * (BYTES_PER_RECORD + 2L * ((long) keySize + payloadSize));
  }

  @TearDown(Level.Trial)
  public void stop() {
    if (ownServer != null) {
      ownServer.close();
    } else {
      leave(key -> false);
    }
  }

  @Benchmark
  public void request(Connected client, Control control) {
    client.exchange().count(client.counts(control));
    long ignored = client.loop().step();
  }

  private OperationMix mix() {
    return OperationMix.named(operation);
  }

  private Workload workload() {
    return Workload.uniform(keySize, keys.records(), payloadSize, mix());
  }

  /** Puts the keys that are to be there, and deletes all others. */
  private void leave(LongPredicate present) {
    int batch = Math.clamp(MAX_BATCH_BYTES / ((long) keySize + payloadSize), 1, MAX_BATCH);
    try (Exchange exchange = exchange(connect(), 0, 1, batch)) {
      new ClosedLoop(exchange).preload(0, keys.records(), present);
    }
  }

  /** The requests of one of the clients, over a connection that it closes. */
  private Exchange exchange(Client client, int number, int clients, int depth) {
    try {
      return new Exchange(
          client,
          new RequestSource(workload(), keys, number, clients, new SplittableRandom(SEED + number)),
          new SystemLoadClock(Waiting.SPIN, () -> false),
          depth,
          transport.equals(NULL_TRANSPORT)
              ? StoreReplyCheck.nowhere(client.description())
              : new StoreReplyCheck(client.description(), mix().everyGetHits(), payloadSize));
    } catch (RuntimeException | Error e) {
      client.close();
      throw e;
    }
  }

  private boolean polls() {
    return Boolean.parseBoolean(busyPoll);
  }

  private Transport transport() {
    return Transports.named(transport);
  }

  private Client connect() {
    ClientOptions options =
        ClientOptions.defaults()
            .withTimeout(Duration.ofSeconds(10))
            .withBusyPoll(polls())
            .withGetPath(GetPath.ofWord(get))
            .withDevice(ServerProcess.device(device))
            .withAckTimeout(ServerProcess.ackTimeout(ackTimeout))
            .withMaxOutstanding(Math.max(pipeline, ClientOptions.defaults().maxOutstanding()));
    return transport().connect(endpoint, options);
  }

  private ConnectionEnds describe(Client client) {
    Optional<ServerUnderTest> own = Optional.ofNullable(ownServer);
    return ConnectionEnds.of(
        client.description(),
        CoreList.allowedHere(),
        own.map(ServerUnderTest::description).orElse(server),
        own.map(ServerUnderTest::cores).orElse(""),
        own.map(ServerUnderTest::command).orElse(""),
        keys.records());
  }

  /** A client and its loop, one for each of JMH's threads. */
  @State(Scope.Thread)
  public static class Connected {

    private @Nullable Exchange exchange;
    private @Nullable ClosedLoop loop;
    private boolean measured;
    private boolean singleShot;

    @Setup(Level.Trial)
    public void connect(TransportBenchmark benchmark, BenchmarkParams run, ThreadParams thread) {
      Client client = benchmark.connect();
      LatencyRecorder.instance().connected(benchmark.describe(client));
      exchange =
          benchmark.exchange(client, thread.getThreadIndex(), run.getThreads(), benchmark.pipeline);
      loop = new ClosedLoop(exchange);
    }

    @Setup(Level.Iteration)
    public void begin(BenchmarkParams run, IterationParams iteration) {
      singleShot = run.getMode() == Mode.SingleShotTime;
      measured = iteration.getType() == IterationType.MEASUREMENT;
      exchange().record(false);
    }

    @TearDown(Level.Iteration)
    public void end() {
      exchange().count(false);
      loop().pause();
      if (measured) {
        LatencyRecorder.instance().add(exchange().tallies());
      }
    }

    @TearDown(Level.Trial)
    public void disconnect() {
      exchange().close();
    }

    /**
     * Whether JMH counts the next request. Before and after an iteration it makes some that keep
     * its threads in step; a single shot has none, and is called over from its start. Iterations
     * that warm up record, too: code that ran for the first time while it is measured would be
     * compiled anew then.
     */
    boolean counts(Control control) {
      return singleShot || (control.startMeasurement && !control.stopMeasurement);
    }

    ClosedLoop loop() {
      return Objects.requireNonNull(loop, "not connected");
    }

    Exchange exchange() {
      return Objects.requireNonNull(exchange, "not connected");
    }
  }
}
