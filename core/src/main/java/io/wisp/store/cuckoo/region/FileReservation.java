// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Gives a file all of its space at once. A file that only has a length is given its blocks as it is
 * written to, and if there are none left then, who writes through a mapping is killed by SIGBUS.
 *
 * @see <a
 *     href="https://man7.org/linux/man-pages/man3/posix_fallocate.3.html">posix_fallocate(3)</a>
 */
final class FileReservation {

  private static final int O_RDWR = 02;
  private static final int O_CLOEXEC = 02000000;
  private static final int BLOCK = 1 << 20;

  private static final @Nullable Calls CALLS = link();

  private record Calls(MethodHandle open, MethodHandle fallocate, MethodHandle close) {}

  private FileReservation() {}

  /**
   * Makes an empty file {@code bytes} long, zeroed and with space of its own for all of them.
   *
   * @param channel the file, open for writing
   * @throws IOException if there is not the space; the message has the system's reason
   */
  static void reserve(Path file, FileChannel channel, long bytes) throws IOException {
    Calls calls = CALLS;
    if (calls == null) {
      writeZeros(channel, bytes);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(NativeCalls.CALL_STATE);
      int descriptor =
          (int)
              calls.open.invokeExact(
                  state, arena.allocateFrom(file.toString()), O_RDWR | O_CLOEXEC);
      if (descriptor < 0) {
        throw new IOException("open: " + NativeCalls.name(state));
      }
      try {
        allocate(calls, descriptor, bytes);
      } finally {
        int ignored = (int) calls.close.invokeExact(descriptor);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void allocate(Calls calls, int descriptor, long bytes) throws Throwable {
    int errno;
    do {
      errno = (int) calls.fallocate.invokeExact(descriptor, 0L, bytes);
    } while (errno == NativeCalls.EINTR);
    if (errno != 0) {
      throw new IOException("posix_fallocate(length=" + bytes + "): " + NativeCalls.name(errno));
    }
  }

  /** What every system can do, at the price of touching all of it. */
  static void writeZeros(FileChannel channel, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
    for (long position = 0; position < bytes; ) {
      zeros.clear().limit((int) Math.min(BLOCK, bytes - position));
      position += channel.write(zeros, position);
    }
  }

  private static @Nullable Calls link() {
    if (!AnonymousMemory.isAvailable()) {
      return null;
    }
    return new Calls(
        NativeCalls.link(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            NativeCalls.CAPTURE,
            Linker.Option.firstVariadicArg(2)),
        NativeCalls.link(
            "posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG)),
        NativeCalls.link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
  }
}
