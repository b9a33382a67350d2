// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import java.util.List;
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

/**
 * Round trips of the ibverbs binding between two processes on one RDMA device, by verb and size, as
 * {@code ib_read_lat}, {@code ib_write_lat} and {@code ib_send_lat} make them.
 *
 * <pre>./wisp guest ./wisp bench VerbsBenchmark -p size=8,64,1024 -prof gc</pre>
 *
 * <p>A READ is timed whole, as {@code ib_read_lat} does. The others are timed to the peer <em>and
 * back</em>, of which {@code ib_write_lat} and {@code ib_send_lat} report half. Both sides wait
 * without sleeping: for WRITE on the last byte of the message, for SEND on a completion queue. To
 * compare with perftest in one run, use {@code ./wisp beside perftest}.
 *
 * <p>A round trip allocates nothing. {@code -prof gc} divides what the whole JVM allocates in an
 * iteration, JMH's own thousands of bytes included, by the round trips in it, which in an emulated
 * machine are few; {@code ./wisp beside perftest} counts for the measuring thread alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
    })
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class VerbsBenchmark {

  /** For {@link #inline}: perftest's own default for the operation. */
  static final String DEFAULT_INLINE = "default";

  /** What is done: read, write or send. */
  @Param({"read", "write", "send"})
  public String verb = "";

  /** Bytes of a message. */
  @Param({"8", "64", "128", "1024", "4096", "65536"})
  public int size;

  /** Up to how many bytes a request carries its message in itself. */
  @Param(DEFAULT_INLINE)
  public String inline = "";

  /** The RDMA device; any that works, unless named. */
  @Param(LinkOptions.ANY_DEVICE)
  public String device = "";

  private @Nullable Peer peer;
  private @Nullable PairConnection connection;
  private @Nullable Runnable roundTrip;

  @Setup(Level.Trial)
  public void connect() {
    VerbsOperation chosen = VerbsOperation.labelled(verb);
    int most =
        inline.equals(DEFAULT_INLINE) ? chosen.defaultInline() : Integer.parseUnsignedInt(inline);
    Peer started = Peer.start(List.of());
    peer = started;
    PairConnection made = started.connect(LinkOptions.roundTrip(device, chosen, size, most));
    connection = made;
    roundTrip = made.roundTrip();
  }

  @TearDown(Level.Trial)
  public void disconnect() {
    if (connection != null) {
      connection.close();
    }
    if (peer != null) {
      peer.close();
    }
  }

  @Benchmark
  public void roundTrip() {
    if (roundTrip != null) {
      roundTrip.run();
    }
  }
}
