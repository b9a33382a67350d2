// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Store;
import io.wisp.transport.tcp.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** What is left to do of KEYS or SCAN: to go on with the walk, then to send what was collected. */
abstract class KeyWalk implements Continuation {

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
  private long cursor;
  private boolean wasLast;
  private boolean replying;

  /** A walk from a cursor on, that collects what matches the pattern, if there is one. */
  KeyWalk(CommandRequest request, @Nullable GlobPattern pattern, int maxBytes, long cursor) {
    store = request.store();
    collector = new KeyCollector(request.buffers(), pattern, maxBytes);
    this.cursor = cursor;
  }

  /** How many keys, of all that are visited, are wanted before the walk ends. */
  abstract long wanted();

  /**
   * Whether the walk ends before as many were visited.
   *
   * @param wasDense whether the last batch was as large as was asked for
   */
  abstract boolean endsEarly(KeyCollector collected, boolean wasDense);

  /** Begins the reply with what comes before the keys. */
  abstract void begin(ReplyWriter reply, KeyCollector collected, long cursor);

  /** The error to reply with if not all that matched could be collected. */
  abstract String tooMuch();

  @Override
  public final boolean next(ReplyWriter reply) {
    if (!replying && !walk()) {
      return true;
    }
    if (collector.isFull()) {
      reply.error(tooMuch());
      return false;
    }
    if (!replying) {
      replying = true;
      begin(reply, collector, cursor);
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
    int batch = (int) Math.min(BATCH, wanted() - before);
    cursor = store.scan(cursor, batch, collector);
    boolean wasDense = collector.visited() - before >= batch;
    wasLast =
        cursor == 0
            || collector.isFull()
            || collector.visited() >= wanted()
            || endsEarly(collector, wasDense);
    return wasDense;
  }

  @Override
  public final long heldBytes() {
    return collector.heldBytes();
  }

  @Override
  public final void close() {
    collector.close();
  }
}
