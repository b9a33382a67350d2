package io.wisp.transport.tcp;

import io.wisp.store.KeySink;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Collects the keys of a walk that match a pattern, as bulk strings. */
final class KeyCollector implements KeySink {

  private final NativeBuffer bulks;
  private final ReplyWriter writer;
  private final @Nullable GlobPattern pattern;
  private final int maxBytes;
  private long visited;
  private long collected;
  private boolean full;

  /**
   * @param bulks where the keys go
   * @param pattern what they must match; null means that all do
   * @param maxBytes beyond which no more are collected
   */
  KeyCollector(NativeBuffer bulks, @Nullable GlobPattern pattern, int maxBytes) {
    this.bulks = bulks;
    this.writer = new ReplyWriter(bulks);
    this.pattern = pattern;
    this.maxBytes = maxBytes;
  }

  @Override
  public void accept(MemorySegment segment, long offset, int length) {
    visited++;
    if (full || (pattern != null && !pattern.matches(segment, offset, length))) {
      return;
    }
    int needed = length + ReplyWriter.MAX_HEADER_LENGTH + 2;
    full = bulks.size() + needed > maxBytes || !bulks.tryEnsureWritable(needed);
    if (!full) {
      writer.bulk(segment, offset, length);
      collected++;
    }
  }

  /** How many keys were seen. */
  long visited() {
    return visited;
  }

  /** How many keys were collected. */
  long collected() {
    return collected;
  }

  /** How many bytes they take as bulk strings. */
  int bytes() {
    return bulks.size();
  }

  /** Whether a key that matched was left out for want of room. */
  boolean isFull() {
    return full;
  }

  /** Appends an array of the keys to a reply. */
  void replyTo(ReplyWriter reply) {
    reply.output().ensureWritable(ReplyWriter.MAX_HEADER_LENGTH + bulks.size());
    reply.array(collected);
    reply.output().append(bulks);
  }
}
