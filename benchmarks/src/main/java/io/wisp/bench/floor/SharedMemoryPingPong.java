// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.floor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The round trip of a message between two processes that poll a file on tmpfs, and nothing else: no
 * requests, no table, no flow control. Both copy the message out of the memory and into it.
 *
 * <pre>
 *   java -cp benchmarks.jar io.wisp.bench.floor.SharedMemoryPingPong echo FILE BYTES
 *   java -cp benchmarks.jar io.wisp.bench.floor.SharedMemoryPingPong measure FILE BYTES COUNT
 * </pre>
 *
 * <p>The second prints the median and the 99th percentile in nanoseconds, of the second half of the
 * round trips, each timed by itself as Wisp's perf client does. The first ends when the file is
 * gone.
 */
public final class SharedMemoryPingPong {

  /** Each direction has a page: a count of messages, and on the next cache line the message. */
  private static final long PAGE = 4096;

  private static final long MESSAGE_OFFSET = 64;
  private static final VarHandle COUNT = ValueLayout.JAVA_LONG.varHandle();
  private static final int LOOKS_BETWEEN_CHECKS = 1 << 20;

  private final Path path;
  private final int bytes;
  private final MemorySegment file;
  private final MemorySegment message;

  private SharedMemoryPingPong(Path path, int bytes, MemorySegment file, MemorySegment message) {
    this.path = path;
    this.bytes = bytes;
    this.file = file;
    this.message = message;
  }

  /** The other process of the ping-pong. */
  public static void main(String[] arguments) throws IOException {
    Path path = Path.of(arguments[1]);
    int bytes = Integer.parseInt(arguments[2]);
    if (bytes < 1 || bytes > PAGE - MESSAGE_OFFSET) {
      throw new IllegalArgumentException(
          bytes + " bytes, and 1 to " + (PAGE - MESSAGE_OFFSET) + " can be sent");
    }
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      MemorySegment file = channel.map(MapMode.READ_WRITE, 0, 2 * PAGE, arena);
      SharedMemoryPingPong side =
          new SharedMemoryPingPong(path, bytes, file, arena.allocate(bytes, Long.BYTES));
      if (arguments[0].equals("echo")) {
        side.echo();
      } else {
        side.measure(Integer.parseInt(arguments[3]));
      }
    }
  }

  private void echo() {
    for (long number = 1; ; number++) {
      if (!receive(0, number)) {
        return;
      }
      send(PAGE, number);
    }
  }

  private void measure(int count) {
    Histogram histogram = new Histogram(3);
    for (long number = 1; number <= count; number++) {
      long start = System.nanoTime();
      send(0, number);
      if (!receive(PAGE, number)) {
        throw new IllegalStateException(path + " is gone");
      }
      long elapsed = System.nanoTime() - start;
      if (number > count / 2) {
        histogram.recordValue(elapsed);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "p50=%d p99=%d%n",
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(99));
  }

  private void send(long page, long number) {
    MemorySegment.copy(message, 0, file, page + MESSAGE_OFFSET, bytes);
    COUNT.setRelease(file, page, number);
  }

  private boolean receive(long page, long number) {
    for (int looks = 1; (long) COUNT.getAcquire(file, page) != number; looks++) {
      Thread.onSpinWait();
      if (looks % LOOKS_BETWEEN_CHECKS == 0 && !Files.exists(path)) {
        return false;
      }
    }
    MemorySegment.copy(file, page + MESSAGE_OFFSET, message, 0, bytes);
    return true;
  }
}
