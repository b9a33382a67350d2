// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.floor;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Work that has nothing of Wisp in it, so that no change to Wisp can make it faster or slower: what
 * it does in a comparison of two commits is what the machine did.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar RulerBenchmark -p placement=shared</pre>
 *
 * <p>{@code ./wisp compare} runs it from one and the same jar in the places of both commits.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RulerBenchmark {

  /** The cores of the JVM: free or shared (one for all of its threads). */
  @Param("free")
  public String placement = "";

  /** Copies bytes all over a block that fits into a core's second-level cache, and adds them up. */
  @Benchmark
  public long memory(Blocks blocks) {
    return blocks.copyAndAdd();
  }

  /** Sends a message over a TCP connection of the loopback device to another thread, and back. */
  @Benchmark
  public int loopback(Ping ping) throws IOException {
    return ping.roundTrip();
  }

  /** Two blocks of bytes, and where in them to copy. */
  @State(Scope.Thread)
  public static class Blocks {

    private static final int SIZE = 128 << 10;
    private static final int PIECE = 128;
    private static final int PIECES = 256;

    private final byte[] from = new byte[SIZE];
    private final byte[] to = new byte[SIZE];
    private final CRC32C sum = new CRC32C();
    private final SplittableRandom random = new SplittableRandom(SIZE);

    @Setup
    public void fill() {
      random.nextBytes(from);
    }

    long copyAndAdd() {
      sum.reset();
      for (int piece = 0; piece < PIECES; piece++) {
        int source = random.nextInt(SIZE - PIECE);
        int target = random.nextInt(SIZE - PIECE);
        System.arraycopy(from, source, to, target, PIECE);
        sum.update(to, target, PIECE);
      }
      return sum.getValue();
    }
  }

  /** A connection to a thread that sends back what it receives. */
  @State(Scope.Thread)
  public static class Ping {

    private static final int MESSAGE = 128;

    private final ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE);
    private @Nullable SocketChannel channel;

    @Setup
    public void connect() throws IOException {
      try (ServerSocketChannel listener = ServerSocketChannel.open()) {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel near = SocketChannel.open(listener.getLocalAddress());
        SocketChannel far = listener.accept();
        near.setOption(StandardSocketOptions.TCP_NODELAY, true);
        far.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Thread.ofPlatform().daemon().name("echo").start(() -> echo(far));
        channel = near;
      }
    }

    @TearDown
    public void disconnect() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }

    int roundTrip() throws IOException {
      SocketChannel open = channel;
      if (open == null) {
        throw new ClosedChannelException();
      }
      message.clear();
      while (message.hasRemaining()) {
        open.write(message);
      }
      message.clear();
      while (message.hasRemaining()) {
        if (open.read(message) < 0) {
          throw new EOFException("the echo has gone after " + message.position() + " bytes");
        }
      }
      return message.position();
    }

    private static void echo(SocketChannel far) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE);
      try (far) {
        while (far.read(buffer) >= 0) {
          buffer.flip();
          while (buffer.hasRemaining()) {
            far.write(buffer);
          }
          buffer.clear();
        }
      } catch (IOException e) {
        // The other end has gone, and with it the use of an echo.
      }
    }
  }
}
