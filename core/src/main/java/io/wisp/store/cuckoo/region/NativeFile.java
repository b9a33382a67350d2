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
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file by a descriptor of its own, for the calls of the C library that Java has not.
 *
 * @see <a
 *     href="https://man7.org/linux/man-pages/man3/posix_fallocate.3.html">posix_fallocate(3)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/flock.2.html">flock(2)</a>
 */
final class NativeFile implements AutoCloseable {

  private static final int O_RDWR = 02;
  private static final int O_CLOEXEC = 02000000;
  private static final int LOCK_EXCLUSIVE = 2;
  private static final int LOCK_NONBLOCKING = 4;

  private static final @Nullable Calls CALLS = link();

  private record Calls(
      MethodHandle open, MethodHandle fallocate, MethodHandle flock, MethodHandle close) {}

  private final Calls calls;
  private final int descriptor;

  private NativeFile(Calls calls, int descriptor) {
    this.calls = calls;
    this.descriptor = descriptor;
  }

  /** A file that is there; null where there are no such calls. */
  static @Nullable NativeFile open(Path file) throws IOException {
    Calls calls = CALLS;
    if (calls == null) {
      return null;
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
      return new NativeFile(calls, descriptor);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Gives the file space of its own for so many bytes, and that length if it is shorter. What it
   * holds stays.
   *
   * @throws IOException if there is not the space; the message has the system's reason
   */
  void allocate(long bytes) throws IOException {
    int errno;
    try {
      do {
        errno = (int) calls.fallocate.invokeExact(descriptor, 0L, bytes);
      } while (errno == NativeCalls.EINTR);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (errno != 0) {
      throw new IOException("posix_fallocate(length=" + bytes + "): " + NativeCalls.name(errno));
    }
  }

  /**
   * Locks the file, by whatever name others come to it, until this is closed or the process ends;
   * the answer is whether nobody else has, as far as the file system knows of locks. Unlike a lock
   * of POSIX, it stays when another descriptor of the file is closed.
   */
  boolean tryLock() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(NativeCalls.CALL_STATE);
      int failed =
          (int) calls.flock.invokeExact(state, descriptor, LOCK_EXCLUSIVE | LOCK_NONBLOCKING);
      return failed == 0 || NativeCalls.errno(state) != NativeCalls.EAGAIN;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try {
      int ignored = (int) calls.close.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
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
        NativeCalls.link(
            "flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), NativeCalls.CAPTURE),
        NativeCalls.link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
  }
}
