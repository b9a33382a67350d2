// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk that takes long for what is to last, as processes see it that {@link #before} starts. */
final class SlowDisk {

  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <stdlib.h>
      #include <sys/syscall.h>
      #include <unistd.h>

      static int late(long call, int file) {
        usleep(1000 * atoi(getenv("FLUSH_MILLIS")));
        return (int) syscall(call, file);
      }

      int fsync(int file) { return late(SYS_fsync, file); }

      int fdatasync(int file) { return late(SYS_fdatasync, file); }
      """;

  private SlowDisk() {}

  /**
   * A command that starts another one, given its words as further arguments.
   *
   * @param folder for what it takes
   */
  static String[] before(Path folder, int millis) throws IOException, InterruptedException {
    Path source = folder.resolve("slow.c");
    Path library = folder.resolve("slow.so");
    Files.writeString(source, SOURCE);
    ProcessBuilder compiler =
        new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    Process process;
    try {
      process = compiler.inheritIO().start();
    } catch (IOException e) {
      assumeTrue(false, "a slow disk takes a compiler of C: install gcc");
      throw e;
    }
    assertThat(process.waitFor()).isZero();
    return new String[] {"env", "FLUSH_MILLIS=" + millis, "LD_PRELOAD=" + library};
  }
}
