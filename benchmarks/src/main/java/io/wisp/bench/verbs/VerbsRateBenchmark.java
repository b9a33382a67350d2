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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Messages a second of the ibverbs binding, one way, with many requests under way that are posted
 * in chains of {@value #CHAIN}, each chain with one completion: as {@code ib_read_bw} and {@code
 * ib_write_bw} do with {@code --post_list}. Times the size, it is the bandwidth.
 *
 * <pre>./wisp guest ./wisp bench VerbsRateBenchmark -p size=64,65536 -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
    })
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class VerbsRateBenchmark {

  /** How many requests are posted at a time. */
  static final int CHAIN = 16;

  /** What is done: read or write. */
  @Param({"read", "write"})
  public String verb = "";

  /** Bytes of a message. */
  @Param({"64", "1024", "4096", "65536"})
  public int size;

  /** How many requests may be under way, as perftest's {@code --tx-depth}. */
  @Param("128")
  public int depth;

  /** The RDMA device; any that works, unless named. */
  @Param(LinkOptions.ANY_DEVICE)
  public String device = "";

  private @Nullable Peer peer;
  private @Nullable PairConnection connection;
  private @Nullable ChainedPosts posts;

  @Setup(Level.Trial)
  public void connect() {
    VerbsOperation chosen = VerbsOperation.labelled(verb);
    if (chosen == VerbsOperation.SEND || depth < CHAIN) {
      throw new IllegalArgumentException("verb must be read or write, and depth at least " + CHAIN);
    }
    Peer started = Peer.start(List.of());
    peer = started;
    PairConnection made = started.connect(new LinkOptions(device, chosen, size, 0, depth));
    connection = made;
    posts = new ChainedPosts(made.link(), CHAIN);
  }

  @TearDown(Level.Iteration)
  public void drain() {
    if (posts != null) {
      posts.drain();
    }
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
  @OperationsPerInvocation(CHAIN)
  public void message() {
    if (posts != null) {
      posts.post();
    }
  }
}
