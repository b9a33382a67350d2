// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Protection domains, memory regions and address handles. Pointers are longs. */
public final class MemoryCalls {

  private static final MethodHandle ALLOC_PD =
      Library.linkCapturing("ibv_alloc_pd", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  /** The address of a protection domain; 0 on failure. */
  public static long allocPd(CallState state, long context) {
    return (long) Library.call(ALLOC_PD, state.segment, context);
  }

  private static final MethodHandle DEALLOC_PD =
      Library.link("ibv_dealloc_pd", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. */
  public static int deallocPd(long domain) {
    return (int) Library.call(DEALLOC_PD, domain);
  }

  private static final MethodHandle REG_MR =
      Library.linkCapturing(
          "ibv_reg_mr",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** The address of a memory region; 0 on failure. */
  public static long regMr(CallState state, long domain, long address, long length, int access) {
    return (long) Library.call(REG_MR, state.segment, domain, address, length, access);
  }

  private static final MethodHandle REG_MR_IOVA2 =
      Library.linkCapturing(
          "ibv_reg_mr_iova2",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** As {@link #regMr}, for access flags that a kernel may ignore. */
  public static long regMrIova2(
      CallState state, long domain, long address, long length, long iova, int access) {
    return (long) Library.call(REG_MR_IOVA2, state.segment, domain, address, length, iova, access);
  }

  private static final MethodHandle DEREG_MR =
      Library.link("ibv_dereg_mr", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. */
  public static int deregMr(long region) {
    return (int) Library.call(DEREG_MR, region);
  }

  private static final MethodHandle CREATE_AH =
      Library.linkCapturing(
          "ibv_create_ah", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  /** The address of an address handle; 0 on failure. */
  public static long createAh(CallState state, long domain, long attributes) {
    return (long) Library.call(CREATE_AH, state.segment, domain, attributes);
  }

  private static final MethodHandle CREATE_AH_FROM_WC =
      Library.linkCapturing(
          "ibv_create_ah_from_wc",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_BYTE));

  /** The address of an address handle; 0 on failure. */
  public static long createAhFromWc(
      CallState state, long domain, long completion, long header, byte port) {
    return (long) Library.call(CREATE_AH_FROM_WC, state.segment, domain, completion, header, port);
  }

  private static final MethodHandle DESTROY_AH =
      Library.link("ibv_destroy_ah", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));

  /** 0, or the error number. */
  public static int destroyAh(long handle) {
    return (int) Library.call(DESTROY_AH, handle);
  }

  private MemoryCalls() {}
}
