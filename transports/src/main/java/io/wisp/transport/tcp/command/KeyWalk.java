// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Store;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** What is left to do of KEYS or SCAN: to go on with the walk, then to send what was collected. */
final class KeyWalk implements Continuation {

  /** How large the reply of KEYS may become. */
  private static final int MAX_KEYS_BYTES = 64 << 20;

  /** How many bytes of keys end a step of SCAN early. */
  static final int SCAN_BYTES = 256 << 10;

  /** Keys asked of the store at a time, so that a few of the longest exceed no limit by much. */
  private static final int BATCH = 16;

  /** Batches of a step. */
  private static final int BATCHES = 16;

  /** Bytes of keys that end a step. */
  private static final int STEP_BYTES = 256 << 10;

  /** Comparisons of bytes with a pattern in a step. */
  private static final int COMPARISONS = 1 << 16;

  private final Store store;
  private final KeyCollector collector;
  private final boolean isPart;
  private final long wanted;
  private final String tooMuch;
  private long cursor;
  private boolean wasLast;
  private boolean replying;

  /**
   * A walk that collects what matches the pattern, if there is one.
   *
   * @param isPart whether it may end before the last key, and its reply tells the cursor
   * @param wanted how many keys, of all that are visited, are wanted before the walk ends
   * @param tooMuch the error to reply with if not all that matched could be collected
   */
  private KeyWalk(
      CommandRequest request,
      @Nullable GlobPattern pattern,
      int maxBytes,
      boolean isPart,
      long wanted,
      String tooMuch) {
    store = request.store();
    collector = new KeyCollector(request.buffers(), pattern, maxBytes);
    this.isPart = isPart;
    this.wanted = wanted;
    this.tooMuch = tooMuch;
  }

  /** KEYS: a walk over all keys. */
  static KeyWalk overAll(CommandRequest request, GlobPattern pattern) {
    String tooMuch =
        "ERR the reply to KEYS would have more than "
            + MAX_KEYS_BYTES
            + " bytes; SCAN walks over the keys in steps";
    return new KeyWalk(request, pattern, MAX_KEYS_BYTES, false, Long.MAX_VALUE, tooMuch);
  }

  /** SCAN: a walk from a cursor on, over about so many keys. */
  static KeyWalk from(
      long cursor, CommandRequest request, @Nullable GlobPattern pattern, long count) {
    // The last batch before the limit may exceed it, since what was walked over must be given.
    int maxBytes = NativeBuffer.MAX_CAPACITY;
    KeyWalk walk = new KeyWalk(request, pattern, maxBytes, true, count, Errors.REPLY_TOO_LARGE);
    walk.cursor = cursor;
    return walk;
  }

  @Override
  public boolean next(ReplyWriter reply) {
    if (!replying && !walk()) {
      return true;
    }
    if (collector.isFull()) {
      reply.error(tooMuch);
      return false;
    }
    if (!replying) {
      replying = true;
      if (isPart) {
        reply.array(2);
        reply.bulkUnsigned(cursor);
      }
      reply.array(collector.collected());
    }
    return collector.moveTo(reply.output(), Execution.OUTPUT_LIMIT);
  }

  /** Does a step; the answer is whether the walk is over and all its keys were matched. */
  private boolean walk() {
    long bytesBefore = collector.visitedBytes();
    boolean wasDense = true;
    int comparisons = COMPARISONS;
    for (int i = 0; i < BATCHES && wasDense; i++) {
      comparisons = collector.match(comparisons);
      if (comparisons == 0) {
        return false;
      }
      if (wasLast || collector.visitedBytes() - bytesBefore > STEP_BYTES) {
        return wasLast;
      }
      wasDense = scan();
    }
    return wasLast && collector.match(comparisons) > 0;
  }

  private boolean scan() {
    long before = collector.visited();
    int batch = (int) Math.min(BATCH, wanted - before);
    cursor = store.scan(cursor, batch, collector);
    boolean wasDense = collector.visited() - before >= batch;
    wasLast =
        cursor == 0
            || collector.isFull()
            || collector.visited() >= wanted
            || (isPart && endsEarly(wasDense));
    return wasDense;
  }

  /** A batch that came short says that the store is nearly empty here; the client comes again. */
  private boolean endsEarly(boolean wasDense) {
    return !wasDense || collector.bytes() >= SCAN_BYTES;
  }

  @Override
  public long heldBytes() {
    return collector.heldBytes();
  }

  @Override
  public void close() {
    collector.close();
  }
}
