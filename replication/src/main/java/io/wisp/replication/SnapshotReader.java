// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotMoves;
import io.wisp.store.Limits;
import io.wisp.store.Slice;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads what {@link SnapshotWriter} has written into a store. */
final class SnapshotReader {

  private static final int BUFFER = 1 << 20;

  /** Longer than the longest that is said of moves of slots. */
  private static final int MOST_TEXT = 4 << 20;

  private SnapshotReader() {}

  /**
   * Puts all records of a file into an empty store.
   *
   * @throws IOException if the file is damaged, or the store has no room for it; the store is of no
   *     use then
   */
  static void read(Path file, StoreWriter store) throws IOException {
    verify(file);
    try (DataInputStream in = open(file)) {
      in.skipNBytes(Long.BYTES);
      int format = in.readInt();
      long applied = in.readLong();
      if (format == SnapshotWriter.FORMAT_WITH_MOVES) {
        store.restore(readMoves(file, in));
      }
      long newest = applied;
      long count = 0;
      for (int keyLength = in.readInt(); keyLength != 0; keyLength = in.readInt()) {
        newest = Math.max(newest, readRecord(file, keyLength, in, store));
        count++;
      }
      if (in.readLong() != count) {
        throw damaged(file, "it has another number of records than it says");
      }
      store.startAt(applied, newest);
    } catch (EOFException e) {
      throw damaged(file, "it ends early");
    }
  }

  private static SlotMoves readMoves(Path file, DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length <= 0 || length > MOST_TEXT) {
      throw damaged(file, "what it says of moves of slots has " + length + " bytes");
    }
    byte[] text = in.readNBytes(length);
    try {
      return SlotMoves.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw damaged(file, e.getMessage());
    }
  }

  /** Looks at all of it before any of it is used. */
  private static void verify(Path file) throws IOException {
    try (DataInputStream in = open(file)) {
      if (in.readLong() != SnapshotWriter.MAGIC) {
        throw damaged(file, "it does not begin as one");
      }
      int format = in.readInt();
      if (format != SnapshotWriter.FORMAT && format != SnapshotWriter.FORMAT_WITH_MOVES) {
        throw new IOException(
            file + " is a snapshot of format " + format + ", and this version knows 1 and 2");
      }
    } catch (EOFException e) {
      throw damaged(file, "it ends early");
    }
    CRC32C checksum = new CRC32C();
    byte[] buffer = new byte[BUFFER];
    try (DataInputStream in = open(file)) {
      long left = Files.size(file) - Integer.BYTES;
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw damaged(file, "it ends early");
        }
        checksum.update(buffer, 0, read);
        left -= read;
      }
      if (in.readInt() != (int) checksum.getValue()) {
        throw damaged(file, "its checksum does not fit");
      }
    }
  }

  private static long readRecord(Path file, int keyLength, DataInputStream in, StoreWriter store)
      throws IOException {
    int valueLength = in.readInt();
    long expiresAt = in.readLong();
    long version = in.readLong();
    if (keyLength < 0
        || keyLength > Limits.MAX_KEY_LENGTH
        || valueLength < 0
        || valueLength > Limits.MAX_VALUE_LENGTH
        || expiresAt < 0
        || version <= 0) {
      throw damaged(file, "a record has impossible lengths, or an impossible version or expiry");
    }
    byte[] key = in.readNBytes(keyLength);
    byte[] value = in.readNBytes(valueLength);
    if (key.length < keyLength || value.length < valueLength) {
      throw new EOFException();
    }
    store.restore(Slice.of(key), Slice.of(value), expiresAt, version);
    return version;
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
  }

  private static IOException damaged(Path file, @Nullable String how) {
    return new IOException("the snapshot " + file + " is damaged: " + how);
  }
}
