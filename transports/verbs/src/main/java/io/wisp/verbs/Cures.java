// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What most likely helps against an error. */
final class Cures {

  private static final Path LIMITS = Path.of("/proc/self/limits");

  private Cures() {}

  static String of(int number) {
    return switch (Errno.of(number)) {
      case EPERM, EACCES -> "no permission";
      case ENOENT, ENODEV, ENXIO, EIO -> "the device is gone, or has failed: see dmesg";
      case ENOMEM, ENOSPC ->
          "the device has no room for another of these, or the system is out of memory";
      case EINVAL -> "the device does not accept these arguments";
      case EBUSY -> "it is in use";
      case EAGAIN ->
          "the rdma cgroup of this process allows no more of these (raise rdma.max), or the device has"
              + " no more";
      case EFAULT -> "part of the memory is not mapped, or may not be written";
      case ENOSYS, EOPNOTSUPP, EPROTONOSUPPORT -> "this device cannot do that";
      case EMFILE, ENFILE -> "too many open files: raise the limit (ulimit -n)";
      case ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, EADDRNOTAVAIL, ENETDOWN ->
          "the peer's GID cannot be reached from the chosen one: compare both ends' port and GID"
              + " index";
      default -> "see errno(3)";
    };
  }

  static String ofOpening(String deviceFile, int errno) {
    return switch (Errno.of(errno)) {
      case EPERM, EACCES ->
          "no permission on "
              + deviceFile
              + ": give this user read and write access, or start the container with --device="
              + deviceFile;
      case ENOENT, ENODEV, ENXIO ->
          deviceFile
              + " is not there: load the kernel module ib_uverbs (modprobe ib_uverbs), or start the"
              + " container with --device="
              + deviceFile;
      default -> of(errno);
    };
  }

  static String ofRegistering(long length, int access, DeviceAttributes device, int errno) {
    return switch (Errno.of(errno)) {
      case ENOMEM, EPERM ->
          "the process may lock "
              + lockedMemoryLimit(LIMITS)
              + ": raise RLIMIT_MEMLOCK (ulimit -l unlimited; LimitMEMLOCK=infinity in a systemd"
              + " unit; --ulimit memlock=-1 for a container), if the machine has memory for it";
      case EINVAL ->
          Long.compareUnsigned(length, device.maxMemoryRegionBytes()) > 0
              ? "the device's longest memory region has "
                  + Long.toUnsignedString(device.maxMemoryRegionBytes())
                  + " bytes"
              : needsLocalWrite(access)
                  ? "REMOTE_WRITE and REMOTE_ATOMIC need LOCAL_WRITE too"
                  : of(errno);
      default -> of(errno);
    };
  }

  private static boolean needsLocalWrite(int access) {
    int writing = AccessFlag.mask(AccessFlag.REMOTE_WRITE, AccessFlag.REMOTE_ATOMIC);
    return (access & writing) != 0 && (access & AccessFlag.LOCAL_WRITE.code()) == 0;
  }

  /** The soft limit, as it stands in the kernel's table. */
  static String lockedMemoryLimit(Path limits) {
    try {
      for (String line : Files.readAllLines(limits)) {
        if (line.startsWith("Max locked memory")) {
          String soft = line.substring("Max locked memory".length()).strip().split("\\s+", 2)[0];
          return soft.equals("unlimited") ? "any amount of memory" : soft + " bytes";
        }
      }
    } catch (IOException e) {
      // Only a hint: without it the sentence is still true.
    }
    return "a limited amount of memory";
  }

  /** Names the limit of the device that a number exceeds, if it does. */
  static final class Limits {

    private final List<String> exceeded = new ArrayList<>();

    Limits check(String name, int asked, String limit, int most) {
      if (Integer.compareUnsigned(asked, most) > 0) {
        exceeded.add(
            String.format(
                Locale.ROOT,
                "%s=%s is over the device's %s of %s",
                name,
                Integer.toUnsignedString(asked),
                limit,
                Integer.toUnsignedString(most)));
      }
      return this;
    }

    Optional<String> sentence() {
      return exceeded.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", exceeded));
    }
  }
}
