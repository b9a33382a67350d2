// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

/** The error numbers that calls of this package can end in, as Linux numbers them. */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  EINVAL(22),
  ENFILE(23),
  EMFILE(24),
  ENOTTY(25),
  ENOSPC(28),
  EPIPE(32),
  ENOSYS(38),
  ENODATA(61),
  EPROTO(71),
  EOVERFLOW(75),
  EPROTONOSUPPORT(93),
  EOPNOTSUPP(95),
  EADDRINUSE(98),
  EADDRNOTAVAIL(99),
  ENETDOWN(100),
  ENETUNREACH(101),
  ETIMEDOUT(110),
  EHOSTUNREACH(113),

  /** Any other. */
  UNKNOWN(-1);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The number in C. */
  public int number() {
    return number;
  }

  /** The error of a number. */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return UNKNOWN;
  }

  /** The name of an error number; "errno 200" for one that is not among these. */
  public static String nameOf(int number) {
    Errno errno = of(number);
    return errno == UNKNOWN ? "errno " + number : errno.name();
  }
}
