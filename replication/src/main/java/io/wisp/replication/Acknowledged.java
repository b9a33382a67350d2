// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Remembers beside the log how far it was acknowledged, so that a log which was cut short is found
 * out: a log that ends after whole entries does not show it. What it remembers may be a little
 * behind when the machine ends, for it is not forced to the disk, and never ahead of the log.
 *
 * <p>32 bytes: the version of the last write, the index in the log of the last entry, and the
 * complements of both.
 */
final class Acknowledged implements AutoCloseable {

  private static final int LENGTH = 4 * Long.BYTES;

  /**
   * How far a log was acknowledged.
   *
   * @param version of the last write; 0 if there was none
   * @param index of the last entry; less than 0 if there was none
   */
  record Mark(long version, long index) {}

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

  /** What was said last; null if that is not known. */
  @Nullable Mark last() throws IOException {
    bytes.clear();
    if (file.read(bytes, 0) < LENGTH) {
      return null;
    }
    Mark mark = new Mark(bytes.getLong(0), bytes.getLong(Long.BYTES));
    boolean isWhole =
        mark.version() == ~bytes.getLong(2 * Long.BYTES)
            && mark.index() == ~bytes.getLong(3 * Long.BYTES);
    return isWhole ? mark : null;
  }

  /** The version of the last write that was known to be acknowledged; 0 if that is not known. */
  long lastVersion() throws IOException {
    Mark mark = last();
    return mark == null ? 0 : mark.version();
  }

  /** Says that an entry is acknowledged now with its last write, and all before them. */
  void advanceTo(long version, long index) throws IOException {
    bytes.clear();
    bytes.putLong(version).putLong(index).putLong(~version).putLong(~index).flip();
    file.write(bytes, 0);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
