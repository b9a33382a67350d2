// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls that the header declares inline: each goes through a function pointer of {@code
 * ibv_context}, which differs between devices. The handles are constants that take the function as
 * their first argument, so that the compiler sees one call whatever the device.
 *
 * <p>{@code poll_cq}, {@code post_recv} and {@code post_srq_recv} touch nothing but memory that the
 * process shares with the device, so they are linked as critical: no change of the thread's state
 * around them. {@code post_send} and {@code req_notify_cq} are not: software devices (rxe, siw)
 * enter the kernel in them, and a system call under the critical option would hold up every
 * safepoint of the JVM for as long as it takes. That costs a hardware device about 10 ns a call.
 */
public final class FastPath {

  private static final Linker.Option CRITICAL = Linker.Option.critical(false);

  private static final FunctionDescriptor THREE_ARGUMENTS =
      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle POLL_CQ =
      Library.linkPointer(
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG), CRITICAL);

  /** How many completions were written, or a negative number. */
  public static int pollCq(MemorySegment function, long queue, int count, long completions) {
    try {
      return (int) POLL_CQ.invokeExact(function, queue, count, completions);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle REQ_NOTIFY_CQ =
      Library.linkPointer(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));

  /** 0, or the error number. */
  public static int reqNotifyCq(MemorySegment function, long queue, int solicitedOnly) {
    try {
      return (int) REQ_NOTIFY_CQ.invokeExact(function, queue, solicitedOnly);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle POST_SEND = Library.linkPointer(THREE_ARGUMENTS);

  /** 0, or the error number, by some devices negated. */
  public static int postSend(MemorySegment function, long pair, long requests, long refused) {
    try {
      return (int) POST_SEND.invokeExact(function, pair, requests, refused);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle POST_RECEIVE = Library.linkPointer(THREE_ARGUMENTS, CRITICAL);

  /**
   * 0, or the error number, by some devices negated.
   *
   * @param queue a queue pair or a shared receive queue, as the function wants it
   */
  public static int postReceive(MemorySegment function, long queue, long requests, long refused) {
    try {
      return (int) POST_RECEIVE.invokeExact(function, queue, requests, refused);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private FastPath() {}
}
