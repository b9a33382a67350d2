// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.verbs.QueuePair;
import io.wisp.verbs.SendBatch;
import io.wisp.verbs.SendFlags;
import java.lang.foreign.MemorySegment;

/**
 * WRITEs into the other side's mailbox, by the rules of {@link RemoteMemory}.
 *
 * <p>What is written and not notified yet is held back, so that it is posted together with the
 * notification. What does not fit into the send queue is held back too, until completions make
 * room; since frames stay in their place until there is credit for them, what is held back grows
 * together to one stretch of the ring, or to two around its end, and takes one notification
 * whatever it consists of.
 *
 * <p>One request in {@link #SIGNAL_INTERVAL} asks for a completion, which stands for those before
 * it. It belongs to one thread, and allocates nothing.
 */
final class RingSender {

  /** Requests in the send queue. */
  static final int DEPTH = 32;

  /** Bytes that positions are counted in, in a notification. */
  static final int NOTIFIED_UNIT = 16;

  private static final int SIGNAL_INTERVAL = 8;
  private static final int LONGEST_WRITE = 1 << 20;
  private static final int CHAIN = 8;

  /** Stretches of a ring that are held back: one at its end, one at its start. */
  private static final int STRETCHES = 4;

  private final FabricCounters counters;
  private final QueuePair pair;
  private final SendBatch batch;
  private final int maxInline;
  private final MemorySegment copy;
  private final int copyKey;
  private final long mailboxAddress;
  private final int mailboxKey;

  private final long[] from = new long[STRETCHES];
  private final long[] to = new long[STRETCHES];
  private int stretches;
  private long position;
  private long notified;
  private boolean owesCredit;
  private int inQueue;
  private long posted;

  /**
   * @param id what the completions of the requests are called
   * @param other whose mailbox it is
   */
  RingSender(ConnectionEnd end, EndAddress other, long id, FabricCounters counters) {
    this.counters = counters;
    pair = end.ringPair();
    copy = end.copy();
    copyKey = end.copyKey();
    mailboxAddress = other.mailboxAddress();
    mailboxKey = other.mailboxKey();
    maxInline = Math.min(pair.maxInline(), 256);
    batch = new SendBatch(CHAIN, 1, maxInline);
    for (int i = 0; i < CHAIN; i++) {
      batch.id(i, id);
    }
  }

  /** Takes a stretch of the ring, to be written no later than what is notified next. */
  void write(long offset, int length) {
    if (stretches > 0 && to[stretches - 1] == offset) {
      to[stretches - 1] += length;
      return;
    }
    from[stretches] = offset;
    to[stretches] = offset + length;
    stretches++;
  }

  /** Writes all that was taken and notifies of a position. */
  void notify(long upTo) {
    position = upTo;
    post();
  }

  /** Sends the credit that stands in the copy of the mailbox. */
  void sendCredit() {
    owesCredit = true;
    post();
  }

  /** A completion has come: there is room for more. */
  void completed() {
    inQueue -= SIGNAL_INTERVAL;
    post();
  }

  /** Whether all that was taken has arrived at the other side. */
  boolean isDrained() {
    return inQueue == 0 && position == notified;
  }

  /**
   * Has the last request ask for a completion, which stands for those before it: by sending the
   * credit again as often as that takes.
   */
  void askForCompletion() {
    while (posted % SIGNAL_INTERVAL != 0 && inQueue < DEPTH && position == notified) {
      sendCredit();
    }
  }

  private void post() {
    while (inQueue < DEPTH && (position != notified || owesCredit)) {
      int room = Math.min(CHAIN, DEPTH - inQueue);
      int count = 0;
      while (count < room && position != notified) {
        addWrite(count++);
      }
      if (count < room && owesCredit) {
        owesCredit = false;
        add(count, Mailbox.CREDIT_OFFSET, Mailbox.CREDIT_LENGTH);
        batch.writeWithImmediate(count++, mailboxAddress + Mailbox.CREDIT_OFFSET, mailboxKey, 0);
      }
      inQueue += count;
      counters.posted(count);
      pair.post(batch, count);
    }
  }

  private void addWrite(int index) {
    long offset = from[0];
    int length = (int) Math.min(LONGEST_WRITE, to[0] - offset);
    from[0] += length;
    if (from[0] == to[0]) {
      stretches--;
      System.arraycopy(from, 1, from, 0, stretches);
      System.arraycopy(to, 1, to, 0, stretches);
    }
    long at = Mailbox.RING_OFFSET + offset;
    add(index, at, length);
    if (stretches == 0) {
      int advance = (int) ((position - notified) / NOTIFIED_UNIT);
      notified = position;
      batch.writeWithImmediate(index, mailboxAddress + at, mailboxKey, advance);
    } else {
      batch.write(index, mailboxAddress + at, mailboxKey);
    }
  }

  private void add(int index, long offset, int length) {
    if (length <= maxInline) {
      batch.inline(index, copy, offset, length);
    } else {
      batch.local(index, copy.address() + offset, length, copyKey);
    }
    posted++;
    batch.flags(index, posted % SIGNAL_INTERVAL == 0 ? SendFlags.SIGNALED : SendFlags.NONE);
  }
}
