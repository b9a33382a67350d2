// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** What event channels need of the C library. Pointers are longs. */
public final class SystemCalls {

  private static final FunctionDescriptor POLL_TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle POLL = Library.linkSystem("poll", POLL_TYPE);
  private static final MethodHandle POLL_WITHOUT_ERRNO =
      Library.linkSystemWithoutErrno("poll", POLL_TYPE);

  /** How many descriptors are ready; 0 after the time, -1 on failure. */
  public static int poll(CallState state, long descriptors, long count, int milliseconds) {
    try {
      return (int) POLL.invokeExact(state.segment, descriptors, count, milliseconds);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** The same, for hot paths: it does not say why it failed. */
  public static int poll(long descriptors, long count, int milliseconds) {
    try {
      return (int) POLL_WITHOUT_ERRNO.invokeExact(descriptors, count, milliseconds);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle FCNTL =
      Library.linkVariadic(
          "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);

  /** What the command answers; -1 on failure. */
  public static int fcntl(CallState state, int descriptor, int command, int argument) {
    return (int) Library.call(FCNTL, state.segment, descriptor, command, argument);
  }

  private static final MethodHandle EVENTFD =
      Library.linkSystem("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  /** A file descriptor; -1 on failure. */
  public static int eventfd(CallState state, int value, int flags) {
    return (int) Library.call(EVENTFD, state.segment, value, flags);
  }

  private static final MethodHandle READ =
      Library.linkSystemWithoutErrno(
          "read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** How many bytes were read; -1 on failure. */
  public static long read(int descriptor, long address, long length) {
    try {
      return (long) READ.invokeExact(descriptor, address, length);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle WRITE =
      Library.linkSystemWithoutErrno(
          "write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** How many bytes were written; -1 on failure. */
  public static long write(int descriptor, long address, long length) {
    try {
      return (long) WRITE.invokeExact(descriptor, address, length);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle CLOSE =
      Library.linkSystem("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  /** 0, or -1. */
  public static int close(CallState state, int descriptor) {
    return (int) Library.call(CLOSE, state.segment, descriptor);
  }

  private SystemCalls() {}
}
