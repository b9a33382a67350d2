// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Remembers beside the log how far it was acknowledged, so that a log which was cut short is found
 * out: a log that ends after whole entries does not show it. What it remembers may be a little
 * behind when the machine ends, for it is not forced to the disk, and never ahead of the log.
 *
 * <p>16 bytes: the version of the last write, and its complement.
 */
final class Acknowledged implements AutoCloseable {

  private static final int LENGTH = 2 * Long.BYTES;

  private final FileChannel file;
  private final ByteBuffer bytes = ByteBuffer.allocate(LENGTH);

  private Acknowledged(FileChannel file) {
    this.file = file;
  }

  static Acknowledged open(Path folder) throws IOException {
    return new Acknowledged(
        FileChannel.open(
            folder.resolve("acknowledged"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** The version of the last write that was known to be acknowledged; 0 if that is not known. */
  long last() throws IOException {
    bytes.clear();
    if (file.read(bytes, 0) < LENGTH) {
      return 0;
    }
    long version = bytes.getLong(0);
    return version == ~bytes.getLong(Long.BYTES) ? version : 0;
  }

  /** Says that a write is acknowledged now, and all before it. */
  void advanceTo(long version) throws IOException {
    bytes.clear();
    bytes.putLong(version).putLong(~version).flip();
    file.write(bytes, 0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
