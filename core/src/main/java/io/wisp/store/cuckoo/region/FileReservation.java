// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Gives a file all of its space at once. A file that only has a length is given its blocks as it is
 * written to, and if there are none left then, who writes through a mapping is killed by SIGBUS.
 */
final class FileReservation {

  private static final int BLOCK = 1 << 20;

  private FileReservation() {}

  /**
   * Makes an empty file {@code bytes} long, zeroed and with space of its own for all of them.
   *
   * @param channel the file, open for writing
   * @throws IOException if there is not the space; the message has the system's reason
   */
  static void reserve(Path file, FileChannel channel, long bytes) throws IOException {
    try (NativeFile opened = NativeFile.open(file)) {
      if (opened == null) {
        writeZeros(channel, bytes);
      } else {
        opened.allocate(bytes);
      }
    }
  }

  /** What every system can do, at the price of touching all of it. */
  static void writeZeros(FileChannel channel, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
    for (long position = 0; position < bytes; ) {
      zeros.clear().limit((int) Math.min(BLOCK, bytes - position));
      position += channel.write(zeros, position);
    }
  }
}
