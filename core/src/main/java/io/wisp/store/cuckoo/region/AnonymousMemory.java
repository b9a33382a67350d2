// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Anonymous memory from Linux's {@code mmap}: unlike memory from {@code malloc} as Java hands it
 * out, it is not written to before use, so a region costs only what is used of it.
 */
final class AnonymousMemory {

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  private static final @Nullable Calls CALLS = link();

  private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {}

  private AnonymousMemory() {}

  /** Whether this is a 64-bit Linux on which native calls are allowed. */
  static boolean isAvailable() {
    return CALLS != null;
  }

  @SuppressWarnings("restricted")
  static MemorySegment map(long bytes, Arena arena) {
    Calls calls = CALLS;
    if (calls == null) {
      throw new UnsupportedOperationException("mmap is not available here");
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(NativeCalls.CALL_STATE);
      long address =
          (long)
              calls.mmap.invokeExact(
                  state,
                  MemorySegment.NULL,
                  bytes,
                  PROT_READ_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1,
                  0L);
      if (address == MAP_FAILED) {
        throw refused(bytes, NativeCalls.name(state));
      }
      adviseHugePages(address, bytes);
      return MemorySegment.ofAddress(address)
          .reinterpret(bytes, arena, mapped -> unmap(calls.munmap, mapped.address(), bytes));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Asks for huge pages. Without them a table works as well, only slower. */
  static void adviseHugePages(long address, long bytes) {
    Calls calls = CALLS;
    if (calls == null) {
      return;
    }
    try {
      int ignored = (int) calls.madvise.invokeExact(address, bytes, MADV_HUGEPAGE);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void unmap(MethodHandle munmap, long address, long bytes) {
    try {
      int ignored = (int) munmap.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static OutOfMemoryError refused(long bytes, String error) {
    return new OutOfMemoryError(
        String.format(
            Locale.ROOT,
            "mmap(length=%d): %s: the system refuses a region of this size;"
                + " ask for less memory, or raise its limit (ulimit -v, the container's limit)",
            bytes,
            error));
  }

  private static @Nullable Calls link() {
    if (!System.getProperty("os.name").equals("Linux") || ADDRESS.byteSize() != Long.BYTES) {
      return null;
    }
    try {
      return new Calls(
          NativeCalls.link(
              "mmap",
              FunctionDescriptor.of(
                  JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
              NativeCalls.CAPTURE),
          NativeCalls.link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)),
          NativeCalls.link(
              "madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)));
    } catch (IllegalCallerException | UnsupportedOperationException denied) {
      return null;
    }
  }
}
