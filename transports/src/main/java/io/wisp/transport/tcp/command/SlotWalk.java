// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.KeySlot;
import io.wisp.store.KeySink;
import io.wisp.store.Store;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What is left to do of CLUSTER COUNTKEYSINSLOT or GETKEYSINSLOT: to go on with the walk over all
 * keys, of which no index by slots is kept, and then to send what was collected. As with SCAN, a
 * key may be met twice while others write.
 */
final class SlotWalk implements Continuation, KeySink {

  /** How large a reply of keys may become, in bytes. */
  private static final int MAX_BYTES = 64 << 20;

  /** Keys asked of the store at a time. */
  private static final int BATCH = 16;

  /** Batches of a step. */
  private static final int BATCHES = 64;

  /** Bytes of keys that end a step. */
  private static final int STEP_BYTES = 64 << 10;

  private final Store store;
  private final int slot;
  private final long wanted;

  /** Takes the keys; null if they are counted only. */
  private final @Nullable KeyCollector collector;

  private long found;
  private long cursor;
  private boolean replying;

  /** How many keys, and how many bytes of keys, the walk has met. */
  private long visited;

  private long visitedBytes;

  private SlotWalk(
      CommandRequest request, int slot, long wanted, @Nullable KeyCollector collector) {
    store = request.store();
    this.slot = slot;
    this.wanted = wanted;
    this.collector = collector;
  }

  /** A walk that counts the keys of a slot. */
  static SlotWalk counting(CommandRequest request, int slot) {
    return new SlotWalk(request, slot, Long.MAX_VALUE, null);
  }

  /** A walk that gives so many keys of a slot, or all if there are fewer. */
  static SlotWalk giving(CommandRequest request, int slot, long wanted) {
    KeyCollector collector = new KeyCollector(request.buffers(), null, MAX_BYTES);
    return new SlotWalk(request, slot, wanted, collector);
  }

  @Override
  public void accept(MemorySegment segment, long offset, int length) {
    visited++;
    visitedBytes += length;
    if (found < wanted && KeySlot.of(segment, offset, length) == slot) {
      found++;
      if (collector != null) {
        collector.accept(segment, offset, length);
      }
    }
  }

  @Override
  public boolean next(ReplyWriter reply) {
    if (!replying && !walk()) {
      return true;
    }
    if (collector == null) {
      reply.integer(found);
      return false;
    }
    if (collector.isFull()) {
      reply.error("ERR the reply would have more than " + MAX_BYTES + " bytes: ask for fewer keys");
      return false;
    }
    if (!replying) {
      replying = true;
      reply.array(collector.collected());
    }
    return collector.moveTo(reply.output(), Execution.OUTPUT_LIMIT);
  }

  /** Does a step; the answer is whether the walk is over. */
  private boolean walk() {
    long bytesBefore = visitedBytes;
    boolean wasDense = true;
    boolean isOver = wanted == 0;
    for (int i = 0; i < BATCHES && wasDense && !isOver; i++) {
      long before = visited;
      cursor = store.scan(cursor, BATCH, this);
      // One that came short has looked at as many buckets as a scan may: that is enough at a time.
      wasDense = visited - before >= BATCH && visitedBytes - bytesBefore < STEP_BYTES;
      isOver = cursor == 0 || found == wanted || (collector != null && collector.isFull());
    }
    return isOver;
  }

  @Override
  public long heldBytes() {
    return collector == null ? 0 : collector.heldBytes();
  }

  @Override
  public void close() {
    if (collector != null) {
      collector.close();
    }
  }
}
