// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.wisp.verbs.raw.Library;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A long stretch of addresses behind which the same little memory (a memfd) lies again and again:
 * it can be registered whole on a machine that has not so much memory.
 */
final class RepeatedMemory implements AutoCloseable {

  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_RESERVE_ADDRESSES = 0x4022;

  private static final MethodHandle MEMFD_CREATE =
      link("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FTRUNCATE =
      link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MMAP =
      link(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final long address;
  private final long length;

  RepeatedMemory(long length, long unit) throws IOException {
    this.length = length;
    try (Arena arena = Arena.ofConfined()) {
      int file = (int) MEMFD_CREATE.invokeExact(arena.allocateFrom("repeated"), 0);
      check(file, "memfd_create");
      check((int) FTRUNCATE.invokeExact(file, unit), "ftruncate");
      address = (long) MMAP.invokeExact(0L, length, PROT_NONE, MAP_RESERVE_ADDRESSES, -1, 0L);
      check(address, "mmap");
      for (long at = 0; at < length; at += unit) {
        check(
            (long)
                MMAP.invokeExact(
                    address + at,
                    Math.min(unit, length - at),
                    PROT_READ_WRITE,
                    MAP_SHARED | MAP_FIXED,
                    file,
                    0L),
            "mmap");
      }
      check((int) CLOSE.invokeExact(file), "close");
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void check(long result, String call) throws IOException {
    if (result == -1) {
      throw new IOException(call + " failed");
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  MemorySegment segment() {
    return Library.memory(address, length);
  }

  @Override
  public void close() {
    try {
      int ignored = (int) MUNMAP.invokeExact(address, length);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
