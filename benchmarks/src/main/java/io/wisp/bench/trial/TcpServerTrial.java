package io.wisp.bench.trial;

import io.wisp.bench.load.KeySpace;
import io.wisp.bench.load.OperationMix;
import io.wisp.bench.load.Preparation;
import io.wisp.bench.server.ServerUnderTest;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Transports;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Plain NIO against Netty's native transports, under the same sessions of the TCP server: what
 * {@code results/trials/tcp-nio-netty} records. The server has a process and one thread of its own;
 * one thread of this process drives all connections, and is the same for all servers.
 */
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Dslf4j.internal.verbosity=ERROR",
    })
public class TcpServerTrial {

  /** A multiple of the requests of a round, whatever the parameters. */
  private static final int REQUESTS = 800;

  private static final int VALUE_LENGTH = 100;

  private static final KeySpace KEYS = KeySpace.of(3, VALUE_LENGTH);

  /** How the server gets at its sockets. */
  @Param({"nio", "netty-epoll", "netty-io_uring"})
  public String io = "";

  @Param({"1", "50"})
  public int connections;

  /** Requests that are sent on a connection at a time. */
  @Param({"1", "16"})
  public int pipeline;

  /** The cores of client and server: free, shared (one for both) or split (one each). */
  @Param("free")
  public String placement = "";

  private final List<Slice> keys = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final ValueBuffer value = new ValueBuffer();
  private @Nullable ServerUnderTest server;
  private int nextKey;

  @Setup
  public void start() {
    if (REQUESTS % (connections * pipeline) != 0) {
      throw new IllegalArgumentException(
          "connections="
              + connections
              + " times pipeline="
              + pipeline
              + " must divide "
              + REQUESTS);
    }
    ServerUnderTest started = ServerUnderTest.start(TrialServerProcess.class, io);
    server = started;
    for (int i = 0; i < connections; i++) {
      clients.add(Transports.named("tcp").connect(started.endpoint(), ClientOptions.defaults()));
    }
    Preparation.prepare(clients.getFirst(), OperationMix.GET, KEYS, VALUE_LENGTH);
    for (int i = 0; i < KEYS.count(); i++) {
      String key = String.format(Locale.ROOT, "%0" + KEYS.digits() + "d", i);
      keys.add(Slice.of(key.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  @TearDown
  public void stop() {
    clients.forEach(Client::close);
    value.close();
    if (server != null) {
      server.close();
    }
  }

  /** Gets a second. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @OperationsPerInvocation(REQUESTS)
  public void gets() {
    for (int sent = 0; sent < REQUESTS; sent += connections * pipeline) {
      round();
    }
  }

  /**
   * Percentiles of the time from the first request to the last reply, on all connections: with one
   * connection and a pipeline of one, the latency of a get.
   */
  @Benchmark
  @BenchmarkMode(Mode.SampleTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void round() {
    for (Client client : clients) {
      for (int i = 0; i < pipeline; i++) {
        client.submitGet(keys.get(nextKey));
        nextKey = nextKey + 1 < keys.size() ? nextKey + 1 : 0;
      }
      client.flush();
    }
    for (Client client : clients) {
      for (int i = 0; i < pipeline; i++) {
        complete(client);
      }
    }
  }

  private void complete(Client client) {
    Status status = client.complete(value);
    if (status != Status.FOUND || value.valueLength() != VALUE_LENGTH) {
      throw new IllegalStateException(
          io + " answered " + status + " of " + value.valueLength() + " bytes");
    }
  }
}
