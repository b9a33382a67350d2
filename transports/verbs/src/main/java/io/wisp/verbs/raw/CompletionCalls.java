// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Completion queues and channels, but for the fast path. Pointers are longs. */
public final class CompletionCalls {

  private static final MethodHandle CREATE_CHANNEL =
      Library.linkCapturing("ibv_create_comp_channel", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The address of a channel; 0 on failure. */
  public static long createChannel(CallState state, long context) {
    return (long) Library.call(CREATE_CHANNEL, state.segment, context);
  }

  private static final MethodHandle DESTROY_CHANNEL =
      Library.link("ibv_destroy_comp_channel", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. */
  public static int destroyChannel(long channel) {
    return (int) Library.call(DESTROY_CHANNEL, channel);
  }

  private static final MethodHandle CREATE_CQ =
      Library.linkCapturing(
          "ibv_create_cq",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** The address of a completion queue; 0 on failure. */
  public static long createCq(
      CallState state, long context, int entries, long cookie, long channel, int vector) {
    return (long) Library.call(CREATE_CQ, state.segment, context, entries, cookie, channel, vector);
  }

  private static final MethodHandle RESIZE_CQ =
      Library.link("ibv_resize_cq", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));

  /** 0, or the error number. */
  public static int resizeCq(long queue, int entries) {
    return (int) Library.call(RESIZE_CQ, queue, entries);
  }

  private static final MethodHandle DESTROY_CQ =
      Library.link("ibv_destroy_cq", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. Waits until every event of the queue is acknowledged. */
  public static int destroyCq(long queue) {
    return (int) Library.call(DESTROY_CQ, queue);
  }

  private static final FunctionDescriptor GET_CQ_EVENT_TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle GET_CQ_EVENT =
      Library.linkCapturing("ibv_get_cq_event", GET_CQ_EVENT_TYPE);
  private static final MethodHandle GET_CQ_EVENT_WITHOUT_ERRNO =
      Library.link("ibv_get_cq_event", GET_CQ_EVENT_TYPE);

  /** 0, or -1. */
  public static int getCqEvent(CallState state, long channel, long queue, long cookie) {
    try {
      return (int) GET_CQ_EVENT.invokeExact(state.segment, channel, queue, cookie);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** The same, for hot paths: it does not say why it failed. */
  public static int getCqEvent(long channel, long queue, long cookie) {
    try {
      return (int) GET_CQ_EVENT_WITHOUT_ERRNO.invokeExact(channel, queue, cookie);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final MethodHandle ACK_CQ_EVENTS =
      Library.link("ibv_ack_cq_events", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));

  /** Acknowledges events of a queue that were taken. Cannot fail. */
  public static void ackCqEvents(long queue, int count) {
    try {
      ACK_CQ_EVENTS.invokeExact(queue, count);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private CompletionCalls() {}
}
