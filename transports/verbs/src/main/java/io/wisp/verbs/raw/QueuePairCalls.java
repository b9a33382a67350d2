// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Queue pairs and shared receive queues, but for the fast path. Pointers are longs. */
public final class QueuePairCalls {

  private static final MethodHandle CREATE_QP =
      Library.linkCapturing(
          "ibv_create_qp", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  /** The address of a queue pair; 0 on failure. */
  public static long createQp(CallState state, long domain, long attributes) {
    return (long) Library.call(CREATE_QP, state.segment, domain, attributes);
  }

  private static final MethodHandle MODIFY_QP =
      Library.link(
          "ibv_modify_qp", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** 0, or the error number. */
  public static int modifyQp(long pair, long attributes, int mask) {
    return (int) Library.call(MODIFY_QP, pair, attributes, mask);
  }

  private static final MethodHandle QUERY_QP =
      Library.link(
          "ibv_query_qp",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));

  /** 0, or the error number. */
  public static int queryQp(long pair, long attributes, int mask, long initAttributes) {
    return (int) Library.call(QUERY_QP, pair, attributes, mask, initAttributes);
  }

  private static final MethodHandle DESTROY_QP =
      Library.link("ibv_destroy_qp", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. Waits until every event of the pair is acknowledged. */
  public static int destroyQp(long pair) {
    return (int) Library.call(DESTROY_QP, pair);
  }

  private static final MethodHandle CREATE_SRQ =
      Library.linkCapturing(
          "ibv_create_srq", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  /** The address of a shared receive queue; 0 on failure. */
  public static long createSrq(CallState state, long domain, long attributes) {
    return (long) Library.call(CREATE_SRQ, state.segment, domain, attributes);
  }

  private static final MethodHandle MODIFY_SRQ =
      Library.link(
          "ibv_modify_srq", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** 0, or the error number. */
  public static int modifySrq(long queue, long attributes, int mask) {
    return (int) Library.call(MODIFY_SRQ, queue, attributes, mask);
  }

  private static final MethodHandle QUERY_SRQ =
      Library.link("ibv_query_srq", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  /** 0, or the error number. */
  public static int querySrq(long queue, long attributes) {
    return (int) Library.call(QUERY_SRQ, queue, attributes);
  }

  private static final MethodHandle DESTROY_SRQ =
      Library.link("ibv_destroy_srq", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. Waits until every event of the queue is acknowledged. */
  public static int destroySrq(long queue) {
    return (int) Library.call(DESTROY_SRQ, queue);
  }

  private QueuePairCalls() {}
}
