// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * Where a call leaves {@code errno}. Calls that can set it take one as their first argument.
 *
 * <p>The JDK makes a slice of it for each call ({@code SharedUtils.checkCaptureSegment}): 40 bytes
 * that the compiler does not always do away with. So hot paths call without one, and only what has
 * failed is called again with it.
 */
public final class CallState {

  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = LAYOUT.varHandle(PathElement.groupElement("errno"));

  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  final MemorySegment segment;

  /** Memory for the error numbers of calls, of one thread at a time. */
  public CallState(SegmentAllocator allocator) {
    segment = allocator.allocate(LAYOUT);
  }

  /** The error number of the last call, which has a meaning only if that call failed. */
  public int errno() {
    return (int) ERRNO.get(segment, 0L);
  }
}
