// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotLedger;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory, which carries entries out in a thread of its own; while it is held, not before
 * it is let go.
 */
public final class HeldLog implements WriteLog {

  /** How an entry ends. */
  private record Ending(Outcome outcome, String why) {}

  private static final Ending DONE = new Ending(Outcome.DONE, "");

  private final Store store;
  private final @Nullable Leadership leadership;
  private final SlotLedger slots;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger entries = new AtomicInteger();
  private @Nullable Runnable held;
  private boolean holds;
  private Ending next = DONE;
  private volatile Consumer<WriteBatch> hook = writes -> {};
  private volatile @Nullable String failure;
  private volatile boolean leasesTable;
  private volatile long tableLease;

  /** A log of the writes of a store. */
  public HeldLog(Store store) {
    this(store, null);
  }

  /** A log that others write to as well, if this says so. */
  public HeldLog(Store store, @Nullable Leadership leadership) {
    this(store, leadership, new SlotLedger(null));
  }

  /** A log that carries out steps of moves of slots as well. */
  public HeldLog(Store store, @Nullable Leadership leadership, SlotLedger slots) {
    this.store = store;
    this.leadership = leadership;
    this.slots = slots;
  }

  @Override
  public @Nullable Leadership leadership() {
    return leadership;
  }

  /** From now on clients may read the table, each time for so long; not at all for 0. */
  public HeldLog leasingTable(long nanos) {
    leasesTable = true;
    tableLease = nanos;
    return this;
  }

  @Override
  public boolean leasesTable() {
    return leasesTable;
  }

  @Override
  public long tableLeaseNanos() {
    return tableLease;
  }

  /** Has something happen in the log's thread before each entry is carried out, by its writes. */
  public void beforeEach(Consumer<WriteBatch> hook) {
    this.hook = hook;
  }

  /** From now on entries stay under way. */
  public synchronized void hold() {
    holds = true;
  }

  /** Lets the entry that is under way end, and those behind it. */
  public synchronized void letGo() {
    holds = false;
    if (held != null) {
      thread.execute(held);
      held = null;
    }
  }

  /** Ends the entry that is under way and held; the next one stays under way, too. */
  public synchronized void endOne(Outcome outcome, String why) {
    next = new Ending(outcome, why);
    thread.execute(Objects.requireNonNull(held));
    held = null;
  }

  /** Whether an entry is under way and held. */
  public synchronized boolean isHolding() {
    return held != null;
  }

  /** Ends the entry that is under way, which is not carried out; those behind it are. */
  public synchronized void end(Outcome outcome, String why) {
    next = new Ending(outcome, why);
    letGo();
  }

  /** Ends the entry that is under way, if any, so that it is not known, and all later ones. */
  public synchronized void fail(String why) {
    failure = why;
    if (held != null) {
      next = new Ending(Outcome.UNKNOWN, why);
    }
    letGo();
  }

  /** How many entries there were. */
  public int entries() {
    return entries.get();
  }

  @Override
  public synchronized void append(
      WriteBatch writes, boolean clears, @Nullable SlotChange change, Completion completion) {
    WriteBatch copy = new WriteBatch();
    for (int i = 0; i < writes.size(); i++) {
      WriteBatch.Entry write = writes.get(i);
      switch (write.change()) {
        case PUT ->
            copy.putAs(
                Slice.of(write.key().toByteArray()),
                Slice.of(write.value().toByteArray()),
                write.expiresAt(),
                (entries.get() + 1) * 10_000L + i);
        case DELETE -> copy.delete(Slice.of(write.key().toByteArray()), WriteCondition.ALWAYS, 0);
        case NONE -> {}
      }
    }
    entries.incrementAndGet();
    Runnable end = () -> carryOut(copy, clears, change, completion);
    if (holds) {
      held = end;
    } else {
      thread.execute(end);
    }
  }

  private void carryOut(
      WriteBatch writes, boolean clears, @Nullable SlotChange change, Completion completion) {
    hook.accept(writes);
    Ending ending = takeEnding();
    if (ending.outcome() == Outcome.DONE) {
      if (clears) {
        store.clear();
        slots.clear();
      }
      store.writeAll(writes);
      if (change != null) {
        slots.apply(change);
      }
    }
    completion.ended(ending.outcome(), ending.why());
  }

  private synchronized Ending takeEnding() {
    Ending ending = next;
    next = DONE;
    String why = failure;
    return why == null || ending.outcome() != Outcome.DONE
        ? ending
        : new Ending(Outcome.NOT_DONE, why);
  }

  @Override
  public @Nullable String failure() {
    return failure;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new AssertionError("an entry does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
