// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotMoves;
import io.wisp.store.ArraySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Writes what a store holds into a file while others write to the store. Each record is whole, with
 * its version, and stands for some moment between the beginning and the end; a record that was
 * there all the time is in the file. Whoever reads it carries out the writes since the beginning
 * again.
 *
 * <p>When so much is written meanwhile that the walk over the store begins anew, records are in the
 * file more than once.
 *
 * <p>All numbers are big-endian:
 *
 * <pre>
 *  8 bytes  "WISPSNAP"
 *  4 bytes  format: 1, or 2 if slots have moved
 *  8 bytes  version of the last write before the beginning
 * and of format 2
 *  4 bytes  length of a text
 *  text     what the log has said of moves of slots by then, as SlotMoves has it
 * then for each record
 *  4 bytes  length of the key, more than 0
 *  4 bytes  length of the value
 *  8 bytes  expiry in milliseconds since the epoch, 0: never
 *  8 bytes  version
 *  key, value
 * then
 *  4 bytes  0
 *  8 bytes  number of records
 *  4 bytes  CRC-32C of all before
 * </pre>
 */
final class SnapshotWriter {

  static final long MAGIC = 0x57495350534e4150L;
  static final int FORMAT = 1;
  static final int FORMAT_WITH_MOVES = 2;

  private static final int BUFFER = 1 << 20;

  /** Few and short ones, so that a step of the walk comes soon after the one before it. */
  private static final int KEYS_PER_STEP = 256;

  private static final long BYTES_PER_STEP = 4 << 20;

  /** A file that has more than so many records for each of the store's is given up. */
  private static final int MOST_COPIES = 4;

  /** Of a store that grows or shrinks meanwhile. */
  private static final long MORE_RECORDS = 1 << 20;

  private final Store store;
  private final SlotMoves moves;
  private final BooleanSupplier stopped;
  private final ArraySink record = new ArraySink();
  private long count;
  private long bytes;

  /**
   * One that writes a store once.
   *
   * @param stopped whether to give up
   */
  SnapshotWriter(Store store, BooleanSupplier stopped) {
    this(store, SlotMoves.NONE, stopped);
  }

  /**
   * Likewise, of a store that has some slots of a cluster.
   *
   * @param moves what the log has said of moves of slots at the beginning
   */
  SnapshotWriter(Store store, SlotMoves moves, BooleanSupplier stopped) {
    this.store = store;
    this.moves = moves;
    this.stopped = stopped;
  }

  /**
   * Writes a file, which is there as a whole or not at all.
   *
   * @param applied version of the last write that the store had before this
   * @return whether it was written; if not, it was stopped
   */
  boolean write(Path file, long applied) throws IOException {
    return DurableFiles.write(file, channel -> write(channel, applied));
  }

  private boolean write(FileChannel channel, long applied) throws IOException {
    CheckedOutputStream checked =
        new CheckedOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER), new CRC32C());
    DataOutputStream out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    byte[] text = moves.text().getBytes(StandardCharsets.UTF_8);
    out.writeInt(text.length == 0 ? FORMAT : FORMAT_WITH_MOVES);
    out.writeLong(applied);
    if (text.length > 0) {
      out.writeInt(text.length);
      out.write(text);
    }
    StoreWalk walk = new StoreWalk(store);
    int wanted = 1;
    while (walk.hasMore()) {
      bytes = 0;
      for (byte[] key : walk.next(wanted)) {
        write(key, out);
      }
      wanted = Math.clamp(wanted * BYTES_PER_STEP / Math.max(1, bytes), 1, KEYS_PER_STEP);
      if (count > MOST_COPIES * store.size() + MORE_RECORDS) {
        throw new IOException("more is written meanwhile than can be copied");
      }
      if (stopped.getAsBoolean()) {
        return false;
      }
    }
    out.writeInt(0);
    out.writeLong(count);
    out.writeInt((int) checked.getChecksum().getValue());
    out.flush();
    return true;
  }

  private void write(byte[] key, DataOutputStream out) throws IOException {
    if (store.get(Slice.of(key), record) == Status.FOUND) {
      byte[] value = record.value();
      out.writeInt(key.length);
      out.writeInt(value.length);
      out.writeLong(record.expiresAt());
      out.writeLong(record.version());
      out.write(key);
      out.write(value);
      count++;
      bytes += key.length + value.length;
    }
  }
}
