// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.bench.latency.Connection;
import io.wisp.bench.latency.LatencyRecorder;
import io.wisp.bench.load.ClosedLoop;
import io.wisp.bench.load.KeySpace;
import io.wisp.bench.load.OperationMix;
import io.wisp.bench.load.Preparation;
import io.wisp.bench.server.ServerProcess;
import io.wisp.bench.server.ServerUnderTest;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
public class TransportBenchmark {

  /** The value of {@link #server} that starts one. */
  static final String OWN_SERVER = "own";

  /** The transport that has no server and measures the harness itself. */
  static final String NULL_TRANSPORT = "null";

  /** What a record and its place in the index may cost beyond key and value, generously. */
  private static final long BYTES_PER_RECORD = 128;

  private static final long SPARE_BYTES = 64L << 20;

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

  /** Whether clients and our own server poll without sleeping. */
  @Param("false")
  public boolean busyPoll;

  /** How values are got where clients reach into the server's memory: onesided or ring. */
  @Param("onesided")
  public String get = "";

  /** The RDMA device of clients and our own server, {@code NAME[:PORT[:GID_INDEX]]}, or auto. */
  @Param(ServerProcess.ANY_DEVICE)
  public String device = "";

  /** The cores of clients and our own server: free, shared (one for both) or split (one each). */
  @Param("free")
  public String placement = "";

  private @Nullable ServerUnderTest ownServer;
  private Endpoint endpoint = new Endpoint("127.0.0.1", 0);
  private KeySpace keys = new KeySpace(1, 1);

  @Setup(Level.Trial)
  public void start() {
    keys = KeySpace.of(keySize, payloadSize);
    if (!server.equals(OWN_SERVER)) {
      Endpoint base = Endpoint.parse(server);
      endpoint = new Endpoint(base.host(), base.port() + transport().portOffset());
    } else if (!transport.equals(NULL_TRANSPORT)) {
      ownServer = ServerUnderTest.start(transport, serverThreads, busyPoll, serverMemory(), device);
      endpoint = ownServer.endpoint();
    }
    try (Client client = connect()) {
      Preparation.prepare(client, OperationMix.labelled(operation), keys, payloadSize);
    }
  }

  private long serverMemory() {
    return SPARE_BYTES + keys.count() * (BYTES_PER_RECORD + 2L * ((long) keySize + payloadSize));
  }

  @TearDown(Level.Trial)
  public void stop() {
    if (ownServer != null) {
      ownServer.close();
    } else {
      try (Client client = connect()) {
        Preparation.clear(client, keys);
      }
    }
  }

  @Benchmark
  public void request(Connected client, Control control) {
    client.loop().request(client.counts(control));
  }

  private Transport transport() {
    return Transports.named(transport);
  }

  private Client connect() {
    ClientOptions options =
        ClientOptions.defaults()
            .withTimeout(Duration.ofSeconds(10))
            .withBusyPoll(busyPoll)
            .withGetPath(GetPath.ofWord(get))
            .withDevice(ServerProcess.device(device))
            .withMaxOutstanding(Math.max(pipeline, ClientOptions.defaults().maxOutstanding()));
    return transport().connect(endpoint, options);
  }

  private Connection describe(Client client) {
    Optional<ServerUnderTest> own = Optional.ofNullable(ownServer);
    return new Connection(
        client.description(),
        ServerUnderTest.ownCores(),
        own.map(ServerUnderTest::description).orElse(server),
        own.map(ServerUnderTest::cores).orElse(""),
        own.map(ServerUnderTest::command).orElse(""),
        keys.count());
  }

  /** A client and its loop, one for each of JMH's threads. */
  @State(Scope.Thread)
  public static class Connected {

    private @Nullable Client client;
    private @Nullable ClosedLoop loop;
    private boolean measured;
    private boolean singleShot;

    @Setup(Level.Trial)
    public void connect(TransportBenchmark benchmark, BenchmarkParams run, ThreadParams thread) {
      client = benchmark.connect();
      LatencyRecorder.instance().connected(benchmark.describe(client));
      loop =
          new ClosedLoop(
              client,
              OperationMix.labelled(benchmark.operation),
              benchmark.keys,
              benchmark.payloadSize,
              benchmark.pipeline,
              thread.getThreadIndex(),
              run.getThreads(),
              !benchmark.transport.equals(NULL_TRANSPORT));
    }

    @Setup(Level.Iteration)
    public void begin(BenchmarkParams run, IterationParams iteration) {
      singleShot = run.getMode() == Mode.SingleShotTime;
      measured = iteration.getType() == IterationType.MEASUREMENT;
      loop().latencies().reset();
    }

    @TearDown(Level.Iteration)
    public void end() {
      loop().pause();
      if (measured) {
        LatencyRecorder.instance().add(loop().latencies());
      }
    }

    @TearDown(Level.Trial)
    public void disconnect() {
      loop().release();
      if (client != null) {
        client.close();
      }
    }

    /**
     * Whether JMH counts the next request. Before and after an iteration it makes some that keep
     * its threads in step; a single shot has none, and is called over from its start.
     */
    boolean counts(Control control) {
      return measured && (singleShot || (control.startMeasurement && !control.stopMeasurement));
    }

    ClosedLoop loop() {
      if (loop == null) {
        throw new IllegalStateException("not connected");
      }
      return loop;
    }
  }
}
