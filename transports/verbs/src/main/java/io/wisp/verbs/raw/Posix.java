// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

/** The constants of Linux's C library that are used, with their names in C. */
public final class Posix {

  public static final int POLLIN = 1;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int O_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;
  public static final int EFD_NONBLOCK = 0x800;

  private Posix() {}
}
