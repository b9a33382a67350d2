// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.TokenQueue;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A connection in a file that both sides map. What a side composes it composes in the other's ring
 * itself; to notify is to store a word; to read is to copy.
 */
final class ShmMemory implements RemoteMemory {

  /** The key of the table among the buffers of the other side. */
  static final int TABLE_KEY = 0;

  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** Reads of up to so many bytes, and the first bytes of longer ones, are copied by words. */
  private static final int COPIED_BY_WORDS = 128;

  private static final int READ_DEPTH = 16;

  private final int number;
  private final ShmPort port;
  private final SharedFile file;
  private final MemorySegment memory;
  private final MemorySegment outgoing;
  private final MemorySegment incoming;
  private final long ownWords;
  private final long otherWords;
  private final Doorbell otherDoorbell;
  private final MemorySegment table;
  private final IntFunction<Path> otherBuffers;
  private final Runnable onClose;

  private final FabricCounters counters;
  private int unpostedReads;
  private long arrived;
  private long seenPosition;
  private long seenBuffers;
  private boolean news;
  private final TokenQueue completed = new TokenQueue();
  private @Nullable SharedFile mapped;
  private int mappedKey;
  private @Nullable String broken;
  private boolean closed;

  /** Which side of a connection this is. */
  enum Side {
    CLIENT,
    SERVER
  }

  /**
   * @param file of the connection, which this owns from now on
   * @param table what the other side offers under {@link #TABLE_KEY}, or empty
   * @param otherBuffers where the other side's buffer of a key is
   * @param onClose called once, last
   */
  ShmMemory(
      int number,
      Side side,
      ShmPort port,
      SharedFile file,
      int ringBytes,
      Doorbell otherDoorbell,
      MemorySegment table,
      IntFunction<Path> otherBuffers,
      Runnable onClose) {
    this.number = number;
    this.port = port;
    counters = port.counters();
    this.file = file;
    this.otherDoorbell = otherDoorbell;
    this.table = table;
    this.otherBuffers = otherBuffers;
    this.onClose = onClose;
    memory = file.memory();
    MemorySegment requests = memory.asSlice(ConnectionDescriptor.RINGS, ringBytes);
    MemorySegment replies = memory.asSlice(ConnectionDescriptor.replyRing(ringBytes), ringBytes);
    boolean client = side == Side.CLIENT;
    outgoing = client ? requests : replies;
    incoming = client ? replies : requests;
    ownWords = client ? ConnectionDescriptor.CLIENT_WORDS : ConnectionDescriptor.SERVER_WORDS;
    otherWords = client ? ConnectionDescriptor.SERVER_WORDS : ConnectionDescriptor.CLIENT_WORDS;
  }

  int number() {
    return number;
  }

  /** Takes in what the other side wrote; the answer is whether there was anything. */
  boolean look() {
    if (!hasNews()) {
      return false;
    }
    arrived = ConnectionDescriptor.notified(memory, otherWords);
    seenPosition = ConnectionDescriptor.creditedPosition(memory, otherWords);
    seenBuffers = ConnectionDescriptor.creditedBuffers(memory, otherWords);
    news = true;
    return true;
  }

  /** Whether the other side has written what was not taken in yet. */
  boolean hasNews() {
    if (broken != null) {
      return false;
    }
    return ConnectionDescriptor.notified(memory, otherWords) != arrived
        || ConnectionDescriptor.creditedPosition(memory, otherWords) != seenPosition
        || ConnectionDescriptor.creditedBuffers(memory, otherWords) != seenBuffers;
  }

  /** Whether something was taken in since this was last asked. */
  boolean takeNews() {
    boolean any = news;
    news = false;
    return any;
  }

  @Override
  public MemorySegment outgoing() {
    return outgoing;
  }

  @Override
  public MemorySegment incoming() {
    return incoming;
  }

  @Override
  public void write(long offset, int length) {
    // It was composed where it belongs.
  }

  @Override
  public void writeAndNotify(long offset, int length, long position) {
    ConnectionDescriptor.notify(memory, ownWords, position);
    tell();
  }

  private void tell() {
    counters.posted(1);
    if (otherDoorbell.ring()) {
      counters.woke();
    }
  }

  @Override
  public long arrived() {
    return arrived;
  }

  @Override
  public void giveCredit(long position, long buffers) {
    ConnectionDescriptor.giveCredit(memory, ownWords, position, buffers);
    tell();
  }

  @Override
  public long creditedPosition() {
    return ConnectionDescriptor.creditedPosition(memory, otherWords);
  }

  @Override
  public long creditedBuffers() {
    return ConnectionDescriptor.creditedBuffers(memory, otherWords);
  }

  @Override
  public void read(
      RemoteBuffer source, long sourceOffset, LocalBuffer target, long targetOffset, int length) {
    MemorySegment from = source.key() == TABLE_KEY ? table : buffer(source.key());
    if (from == null || sourceOffset < 0 || sourceOffset > from.byteSize() - length) {
      broken =
          "a read of %s bytes at %s of what is not that long, or not there"
              .formatted(length, sourceOffset);
      return;
    }
    copy(from, sourceOffset, target.memory(), targetOffset, length);
    unpostedReads++;
  }

  /** Words that the other side stores to meanwhile are loaded whole; a bulk copy promises none. */
  private static void copy(
      MemorySegment from, long offset, MemorySegment to, long targetOffset, int length) {
    int words = 0;
    if (length % Long.BYTES == 0 && offset % Long.BYTES == 0 && targetOffset % Long.BYTES == 0) {
      words = Math.min(length, COPIED_BY_WORDS);
      for (int i = 0; i < words; i += Long.BYTES) {
        WORD.set(to, targetOffset + i, (long) WORD.getAcquire(from, offset + i));
      }
    }
    if (words < length) {
      MemorySegment.copy(from, offset + words, to, targetOffset + words, length - words);
    }
  }

  @Override
  public boolean isUnchanged(RemoteBuffer source, long offset, long word0, long word1) {
    if (source.key() != TABLE_KEY) {
      return true;
    }
    VarHandle.acquireFence();
    return (long) WORD.getAcquire(table, offset) == word0
        && (long) WORD.getAcquire(table, offset + Long.BYTES) == word1;
  }

  private @Nullable MemorySegment buffer(int key) {
    SharedFile current = mapped;
    if (current != null && mappedKey == key) {
      return current.memory();
    }
    unmap();
    try {
      SharedFile opened = SharedFile.open(otherBuffers.apply(key), MapMode.READ_ONLY);
      mapped = opened;
      mappedKey = key;
      return opened.memory();
    } catch (TransportException e) {
      return null;
    }
  }

  private void unmap() {
    SharedFile current = mapped;
    if (current != null) {
      mapped = null;
      current.close();
    }
  }

  @Override
  public void closeBatch(int token) {
    VarHandle.acquireFence();
    if (broken == null) {
      completed.add(token);
    }
  }

  @Override
  public void postReads() {
    // They were done when they were asked for.
    if (unpostedReads > 0) {
      counters.posted(unpostedReads);
      unpostedReads = 0;
    }
  }

  @Override
  public int completedReads() {
    return completed.poll();
  }

  @Override
  public BufferSource buffers() {
    return port;
  }

  @Override
  public int readDepth() {
    return READ_DEPTH;
  }

  @Override
  public boolean isWhole() {
    SharedFile other = mapped;
    boolean whole = file.isWhole() && (other == null || other.isWhole());
    if (!whole) {
      broken = "the other side has cut a file short";
    }
    return whole;
  }

  @Override
  public @Nullable String broken() {
    if (broken == null && ConnectionDescriptor.hasEnded(memory, otherWords)) {
      // What was sent before that counts.
      look();
      broken = "the other side closed it";
    }
    return broken;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sayThatItEnds();
      port.detach(this);
      unmap();
      file.close();
      onClose.run();
    }
  }

  private void sayThatItEnds() {
    try {
      if (isWhole()) {
        ConnectionDescriptor.end(memory, ownWords);
        otherDoorbell.ring();
        // If it was cut meanwhile, this is heard here and not where others are served.
        isWhole();
      }
    } catch (InternalError e) {
      // Who has cut it meanwhile need not be told.
    }
  }
}
