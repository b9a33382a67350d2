// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Calls of the C library, and the names of Linux's error numbers that they refuse memory and files
 * with.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/errno.3.html">errno(3)</a>
 */
final class NativeCalls {

  static final int EINTR = 4;
  static final int EAGAIN = 11;

  /** What a call that sets it is given to set it in. */
  static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

  static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private NativeCalls() {}

  /** A function of the C library. */
  @SuppressWarnings("restricted")
  static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  /** The name of the error of the call that was given this state. */
  static String name(MemorySegment state) {
    return name(errno(state));
  }

  /** The number of that error. */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  static String name(int errno) {
    return switch (errno) {
      case 1 -> "EPERM";
      case 2 -> "ENOENT";
      case EINTR -> "EINTR";
      case 5 -> "EIO";
      case EAGAIN -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 22 -> "EINVAL";
      case 23 -> "ENFILE";
      case 24 -> "EMFILE";
      case 27 -> "EFBIG";
      case 28 -> "ENOSPC";
      case 95 -> "EOPNOTSUPP";
      case 122 -> "EDQUOT";
      default -> "errno " + errno;
    };
  }
}
