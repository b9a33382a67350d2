// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.KeySink;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Collects the keys of a walk that match a pattern, as bulk strings. Keys are first taken as they
 * come, and then matched, with pauses if that takes long.
 */
final class KeyCollector implements KeySink, AutoCloseable {

  private static final int LENGTH_SIZE = Integer.BYTES;

  private final BufferPool pool;
  private final NativeBuffer bulks;
  private final ReplyWriter writer;

  /** Keys that were not yet matched, each behind its length; null if all match. */
  private final @Nullable NativeBuffer unmatched;

  private final @Nullable GlobMatch match;
  private final int maxBytes;
  private boolean matching;
  private long visited;
  private long visitedBytes;
  private long collected;
  private boolean full;

  /**
   * @param pool where memory comes from
   * @param pattern what the keys must match; null means that all do
   * @param maxBytes beyond which no more are collected
   */
  KeyCollector(BufferPool pool, @Nullable GlobPattern pattern, int maxBytes) {
    this.pool = pool;
    this.maxBytes = maxBytes;
    bulks = pool.take(BufferPool.SMALL);
    writer = new ReplyWriter(bulks);
    match = pattern == null ? null : new GlobMatch(pattern);
    try {
      unmatched = pattern == null ? null : pool.take(BufferPool.SMALL);
    } catch (Throwable failed) {
      pool.give(bulks);
      throw failed;
    }
  }

  @Override
  public void accept(MemorySegment segment, long offset, int length) {
    visited++;
    visitedBytes += length;
    if (unmatched == null) {
      collect(segment, offset, length);
    } else if (unmatched.tryEnsureWritable(LENGTH_SIZE + length)) {
      int end = unmatched.end();
      unmatched.memory().set(ValueLayout.JAVA_INT_UNALIGNED, end, length);
      unmatched.advance(end + LENGTH_SIZE);
      unmatched.append(segment, offset, length);
    } else {
      full = true;
    }
  }

  private void collect(MemorySegment segment, long offset, int length) {
    int needed = length + ReplyWriter.MAX_HEADER_LENGTH + 2;
    full |= bulks.size() + needed > maxBytes || !bulks.tryEnsureWritable(needed);
    if (!full) {
      writer.bulk(segment, offset, length);
      collected++;
    }
  }

  /**
   * Matches what was taken, with about so many comparisons of bytes.
   *
   * @return how many are left; none if there is more to match
   */
  int match(int comparisons) {
    int left = comparisons;
    while (unmatched != null && match != null && !unmatched.isEmpty() && left > 0) {
      int key = unmatched.start() + LENGTH_SIZE;
      int length = unmatched.memory().get(ValueLayout.JAVA_INT_UNALIGNED, unmatched.start());
      if (!matching) {
        match.begin(unmatched.memory(), key, length);
        matching = true;
      }
      left = match.proceed(left);
      if (left > 0) {
        matching = false;
        if (match.matched()) {
          collect(unmatched.memory(), key, length);
        }
        unmatched.consumeTo(key + length);
      }
    }
    return left;
  }

  /** How many keys were seen. */
  long visited() {
    return visited;
  }

  /** How many bytes these keys have. */
  long visitedBytes() {
    return visitedBytes;
  }

  /** How many keys were collected. */
  long collected() {
    return collected;
  }

  /** How many bytes they take as bulk strings. */
  int bytes() {
    return bulks.size();
  }

  /** The memory that is held, in bytes. */
  long heldBytes() {
    return (long) bulks.capacity() + (unmatched == null ? 0 : unmatched.capacity());
  }

  /** Whether a key was left out for want of room. */
  boolean isFull() {
    return full;
  }

  /** Moves so many bytes of the bulk strings to a reply; the answer is whether there are more. */
  boolean moveTo(NativeBuffer reply, int bytes) {
    int moved = Math.min(bytes, bulks.size());
    reply.append(bulks.memory(), bulks.start(), moved);
    bulks.consumeTo(bulks.start() + moved);
    return !bulks.isEmpty();
  }

  @Override
  public void close() {
    pool.give(bulks);
    if (unmatched != null) {
      pool.give(unmatched);
    }
  }
}
