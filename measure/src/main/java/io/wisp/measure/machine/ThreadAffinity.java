// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import io.wisp.measure.input.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Linux's sched_setaffinity(2): the cores that a thread may use, which those that it starts take
 * over, and the processes too.
 */
public final class ThreadAffinity {

  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private static final int EINVAL = 22;

  /** Of the threads of a process, the one that calls. */
  private static final int CALLER = 0;

  private ThreadAffinity() {}

  /**
   * Pins the thread that calls, and with it what it will start. The compiler's threads and the
   * garbage collector's keep their cores, so that they do not take time from what is measured.
   *
   * @throws UserError if that is impossible here; the message names the core
   */
  public static void pin(CoreList cores) {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw UserError.failure("--cores works on Linux alone, and this is no Linux");
    }
    try {
      requireExisting(cores, CoreList.parse(Files.readString(ONLINE)));
    } catch (IOException e) {
      throw refused(cores, "the system does not say which cores there are: " + e.getMessage());
    }
    int error = Native.setAffinity(cores);
    if (error == EINVAL) {
      throw refused(cores, "the system gives this process none of them");
    }
    if (error != 0) {
      throw refused(cores, "sched_setaffinity failed with error number " + error);
    }
    CoreList given = CoreList.parse(CoreList.allowedHere());
    if (!given.equals(cores)) {
      throw refused(cores, "of these the system gives only " + given);
    }
  }

  private static UserError refused(CoreList cores, String reason) {
    return UserError.failure("--cores " + cores + ": " + reason);
  }

  private static void requireExisting(CoreList cores, CoreList existing) {
    for (int core : cores.numbers()) {
      if (!existing.numbers().contains(core)) {
        throw refused(
            cores, "there is no core " + core + "; this machine has " + existing.described());
      }
    }
  }

  /** Apart, so that it is linked only where it exists. */
  @SuppressWarnings("restricted")
  private static final class Native {

    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SCHED_SETAFFINITY =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("sched_setaffinity"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS),
                Linker.Option.captureCallState("errno"));

    /** Returns 0, or the number of the error. */
    static int setAffinity(CoreList cores) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        MemorySegment set = arena.allocate(CoreList.LIMIT / Byte.SIZE, Long.BYTES);
        for (int core : cores.numbers()) {
          long word = set.getAtIndex(ValueLayout.JAVA_LONG, core / Long.SIZE);
          set.setAtIndex(
              ValueLayout.JAVA_LONG, core / Long.SIZE, word | (1L << (core % Long.SIZE)));
        }
        int result = (int) SCHED_SETAFFINITY.invokeExact(state, CALLER, set.byteSize(), set);
        return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
      } catch (Throwable e) {
        throw new AssertionError("sched_setaffinity", e);
      }
    }
  }
}
