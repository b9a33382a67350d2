// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.KeySlot;
import io.wisp.store.Slice;
import io.wisp.store.Transaction;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The keys that a client watches, each with the version that its record had when that began. */
final class WatchedKeys implements AutoCloseable {

  /** The most bytes of keys. */
  static final int MAX_BYTES = 1 << 20;

  static final String TOO_MANY =
      "ERR too many watched keys: "
          + Command.MAX_KEYS
          + " keys, and "
          + MAX_BYTES
          + " bytes of them, are the most; nothing more is watched now";

  private static final ValueLayout.OfLong VERSION = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED;
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final BufferPool buffers;
  private final Slice key = new Slice();

  /** Versions, lengths and bytes of keys, one after the other; null if there are none. */
  private @Nullable NativeBuffer entries;

  private int count;

  /** Takes memory for keys from a pool. */
  WatchedKeys(BufferPool buffers) {
    this.buffers = buffers;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /** How many bytes are kept of them. */
  int bytes() {
    return entries == null ? 0 : entries.size();
  }

  /**
   * Adds a key; false if there are too many.
   *
   * @param version of its record, or 0 if it is absent
   * @throws io.wisp.transport.tcp.buffer.BufferLimitException if there is no memory for it
   */
  boolean add(Slice key, long version) {
    int length = HEAD + key.length();
    if (count == Command.MAX_KEYS || bytes() + length - (long) HEAD * (count + 1) > MAX_BYTES) {
      return false;
    }
    NativeBuffer buffer = entries;
    if (buffer == null) {
      buffer = buffers.take(length);
      entries = buffer;
    }
    buffer.ensureWritable(length);
    buffer.memory().set(VERSION, buffer.end(), version);
    buffer.memory().set(LENGTH, buffer.end() + Long.BYTES, key.length());
    buffer.advance(buffer.end() + HEAD);
    buffer.append(key.segment(), key.offset(), key.length());
    count++;
    return true;
  }

  /** Goes back to what there was when there were so many keys, and bytes of them. */
  void truncate(int count, int bytes) {
    if (count == 0) {
      close();
    } else if (entries != null) {
      this.count = count;
      entries.truncate(entries.start() + bytes);
    }
  }

  /** Whether all are as they were, within the work of a transaction, which depends on it then. */
  boolean areUnchanged(Transaction transaction) {
    NativeBuffer buffer = entries;
    if (buffer == null) {
      return true;
    }
    MemorySegment memory = buffer.memory();
    int at = buffer.start();
    while (at < buffer.end()) {
      int length = memory.get(LENGTH, at + Long.BYTES);
      key.set(memory, at + HEAD, length);
      if (!transaction.expect(key, memory.get(VERSION, at))) {
        return false;
      }
      at += HEAD + length;
    }
    return true;
  }

  /** Whether a node has the slots of all: of others it does not know whether they have changed. */
  boolean areServed(ClusterMember.Place place) {
    NativeBuffer buffer = entries;
    if (buffer == null) {
      return true;
    }
    MemorySegment memory = buffer.memory();
    int at = buffer.start();
    while (at < buffer.end()) {
      int length = memory.get(LENGTH, at + Long.BYTES);
      if (!place.serves(KeySlot.of(memory, at + HEAD, length))) {
        return false;
      }
      at += HEAD + length;
    }
    return true;
  }

  /** The memory that is held, in bytes. */
  long heldBytes() {
    return entries == null ? 0 : entries.capacity();
  }

  /** Forgets all, and gives the memory back. */
  @Override
  public void close() {
    count = 0;
    if (entries != null) {
      buffers.give(entries);
      entries = null;
    }
  }
}
