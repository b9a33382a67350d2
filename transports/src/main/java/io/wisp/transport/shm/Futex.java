// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sleeping on a word of memory that several processes share, by Linux's {@code futex}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/futex.2.html">futex(2)</a>
 */
final class Futex {

  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final String ARCHITECTURE = System.getProperty("os.arch");
  private static final long CALL_NUMBER = callNumber();
  private static final @Nullable MethodHandle SYSCALL = link();

  private Futex() {}

  /** Why this machine has none, or empty if it has. */
  static Optional<String> unavailable() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("it needs Linux's futex, and this is " + System.getProperty("os.name"));
    }
    if (CALL_NUMBER < 0) {
      return Optional.of("the number of Linux's futex call on " + ARCHITECTURE + " is not known");
    }
    return SYSCALL == null
        ? Optional.of("Java is not allowed native calls: --enable-native-access=ALL-UNNAMED is")
        : Optional.empty();
  }

  private static long callNumber() {
    return switch (ARCHITECTURE) {
      case "amd64" -> 202;
      case "aarch64", "riscv64" -> 98;
      default -> -1;
    };
  }

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle link() {
    if (CALL_NUMBER < 0 || !System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
    } catch (IllegalCallerException denied) {
      return null;
    }
  }

  /**
   * Sleeps while the word has a value, for at most so long; may return for no reason.
   *
   * @param timespec 16 bytes to use as {@code struct timespec}
   */
  static void await(MemorySegment word, int expected, long nanoseconds, MemorySegment timespec) {
    timespec.set(ValueLayout.JAVA_LONG, 0, nanoseconds / NANOS_PER_SECOND);
    timespec.set(ValueLayout.JAVA_LONG, Long.BYTES, nanoseconds % NANOS_PER_SECOND);
    call(word, FUTEX_WAIT, expected, timespec.address());
  }

  /** Wakes one who sleeps on the word. */
  static void wake(MemorySegment word) {
    call(word, FUTEX_WAKE, 1, 0);
  }

  /** Time-outs, signals and a changed word are all answers that the caller need not tell apart. */
  private static void call(MemorySegment word, int operation, int value, long timespec) {
    MethodHandle syscall = SYSCALL;
    if (syscall == null) {
      throw new IllegalStateException("no futex here");
    }
    try {
      long ignored =
          (long) syscall.invokeExact(CALL_NUMBER, word.address(), operation, value, timespec);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Memory for a {@code struct timespec}. */
  static MemorySegment timespec(Arena arena) {
    return arena.allocate(2L * Long.BYTES, Long.BYTES);
  }
}
