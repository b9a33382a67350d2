// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotLedger;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.transport.WriteLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * A log by Ratis with one member. When anything is wrong with it, it ends for good: then the store
 * keeps what it has, and the next start reads what the disk has.
 */
final class RaftWriteLog implements WriteLog {

  /** How much the log grows before there is a snapshot of a small store. */
  static final long LEAST_SNAPSHOT_BYTES = 64 << 20;

  /** Said where there is no heap for other words. */
  private static final String NO_HEAP = "the server has no heap left for its log";

  /**
   * An entry that takes longer has failed: a disk that hangs, or a part of Ratis that has ended,
   * says nothing at all.
   */
  private static final long ENTRY_MILLIS = 60_000;

  /** How often it is looked at in that time. */
  private static final int LOOKS = 60;

  private static final long RETRY_MILLIS = 10;

  /** Without an entry carried out for so long a start has failed. */
  private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final DataFolder folder;
  private final QuietLogs logs;
  private final Acknowledged acknowledged;
  private final StoreMachine machine;
  private final RaftEngine engine;
  private final Consumer<String> notices;
  private final long entryMillis;
  private final UnderWay entry = new UnderWay();
  private @Nullable Future<?> watch;
  private final Supplier<@Nullable String> whyFailed = this::failure;
  private volatile @Nullable String failure;
  private volatile boolean ready;
  private volatile boolean closed;

  private RaftWriteLog(
      DataFolder folder,
      QuietLogs logs,
      Store store,
      SlotLedger slots,
      long snapshotBytes,
      long entryMillis,
      Consumer<String> notices)
      throws IOException {
    this.folder = folder;
    this.logs = logs;
    this.notices = notices;
    this.entryMillis = entryMillis;
    LogTail.mend(folder.log(), notices);
    acknowledged = Acknowledged.open(folder.path());
    machine = new StoreMachine(store, slots, acknowledged, snapshotBytes, notices, this::fail);
    try {
      engine = RaftEngine.start(folder, machine, this::fail);
    } catch (Throwable failed) {
      acknowledged.close();
      throw failed;
    }
  }

  /** See {@link io.wisp.transport.WriteLogProvider#open}. */
  static RaftWriteLog open(Path path, Store store, Consumer<String> notices, long snapshotBytes)
      throws IOException {
    return open(path, store, notices, snapshotBytes, ENTRY_MILLIS);
  }

  static RaftWriteLog open(
      Path path, Store store, Consumer<String> notices, long snapshotBytes, long entryMillis)
      throws IOException {
    return open(path, store, new SlotLedger(null), notices, snapshotBytes, entryMillis);
  }

  /** Likewise, of a node of a cluster. */
  static RaftWriteLog open(
      Path path, Store store, SlotLedger slots, Consumer<String> notices, long snapshotBytes)
      throws IOException {
    return open(path, store, slots, notices, snapshotBytes, ENTRY_MILLIS);
  }

  private static RaftWriteLog open(
      Path path,
      Store store,
      SlotLedger slots,
      Consumer<String> notices,
      long snapshotBytes,
      long entryMillis)
      throws IOException {
    DataFolder folder = DataFolder.open(path);
    long taken = System.nanoTime();
    QuietLogs logs = QuietLogs.into(folder.path().resolve("raft.log"));
    RaftWriteLog log;
    try {
      log = new RaftWriteLog(folder, logs, store, slots, snapshotBytes, entryMillis, notices);
    } catch (Throwable failed) {
      logs.close();
      folder.close();
      throw failed;
    }
    try {
      log.catchUp();
      Reign.outlastLeases(taken);
      log.watch();
      return log;
    } catch (Throwable failed) {
      log.close();
      throw failed;
    }
  }

  /** Waits until the store has all that is in the log, and looks whether the log has all. */
  private void catchUp() throws IOException {
    byte[] nothing = Entry.encode(1, false, new WriteBatch());
    long standstill = System.nanoTime() + STANDSTILL_NANOS;
    long before = -1;
    while (!ends(engine.propose(new Proposal(nothing)))) {
      requireNoFailure();
      long applied = machine.getLastAppliedTermIndex().getIndex();
      if (applied != before) {
        before = applied;
        standstill = System.nanoTime() + STANDSTILL_NANOS;
      }
      if (!engine.isRunning() || System.nanoTime() - standstill > 0) {
        // It may have ended because of a failure that has come since.
        requireNoFailure();
        throw new IOException(
            "the log in %s cannot be started; %s says more"
                .formatted(folder.path(), folder.path().resolve("raft.log")));
      }
    }
    WholeLog.require(folder, machine, acknowledged.lastVersion());
    machine.goLive();
    ready = true;
    requireNoFailure();
  }

  /** A timer for each entry would be two wake-ups of a thread more. */
  private void watch() {
    long millis = Math.max(1, entryMillis / LOOKS);
    watch =
        ForkJoinPool.commonPool()
            .scheduleWithFixedDelay(this::failIfOverdue, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void requireNoFailure() throws IOException {
    String why = failure;
    if (why != null) {
      throw new IOException(why);
    }
  }

  private static boolean ends(CompletableFuture<Message> proposal) throws IOException {
    try {
      proposal.get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      pause();
      return false;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** It is not the leader yet, or not ready. */
  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted while the log was read", e);
  }

  @Override
  public void append(
      WriteBatch writes, boolean clears, @Nullable SlotChange change, Completion completion) {
    String why = failure;
    if (why != null) {
      completion.ended(Outcome.NOT_DONE, why);
      return;
    }
    Proposal proposal = new Proposal(Entry.encode(machine.applied() + 1, clears, writes, change));
    if (!entry.begin(proposal, completion, whyFailed)) {
      return;
    }
    try {
      var _ =
          engine.propose(proposal).whenComplete((answer, error) -> ended(proposal, answer, error));
    } catch (OutOfMemoryError e) {
      fail(NO_HEAP);
    } catch (Throwable e) {
      ended(proposal, null, e);
    }
  }

  private void failIfOverdue() {
    try {
      if (entry.isOverdue(TimeUnit.MILLISECONDS.toNanos(entryMillis))) {
        fail("the disk or the log hangs: an entry has not ended in " + entryMillis + " ms");
      }
    } catch (OutOfMemoryError e) {
      // A task that throws is not run again.
      fail(NO_HEAP);
    }
  }

  private void ended(Proposal proposal, @Nullable Message answer, @Nullable Throwable error) {
    try {
      end(proposal, answer, error);
    } catch (OutOfMemoryError e) {
      fail(NO_HEAP);
    }
  }

  private void end(Proposal proposal, @Nullable Message answer, @Nullable Throwable error) {
    if (error != null) {
      fail("the log did not take an entry: " + RaftEngine.reason(error));
    } else if (StoreMachine.isStale(answer)) {
      fail("the log had another entry before the last one", proposal);
    } else {
      entry.end(proposal, Outcome.DONE, "");
    }
  }

  private void fail(String why) {
    fail(why, null);
  }

  /**
   * Ends it for good.
   *
   * @param refused what the log has said that it is nothing of; or null
   */
  private void fail(String why, @Nullable Proposal refused) {
    boolean first;
    String reason;
    synchronized (this) {
      first = failure == null;
      reason = Objects.requireNonNullElse(failure, why);
      failure = reason;
    }
    if (refused != null) {
      entry.end(refused, Outcome.NOT_DONE, reason);
    }
    entry.end(reason);
    // Whoever starts it is told why that failed, and not by a notice too.
    if (first && ready && !closed) {
      giveNotice(why);
    }
  }

  private void giveNotice(String why) {
    try {
      notices.accept("nothing is written any more: " + why);
    } catch (OutOfMemoryError e) {
      // Clients are told all the same.
    }
  }

  @Override
  public @Nullable String failure() {
    return failure;
  }

  @Override
  public boolean leasesTable() {
    return Reign.LEASES;
  }

  /**
   * Nobody else has the folder while this process lives, and whoever has it next outlasts the
   * leases. So it takes no entry to grant one.
   */
  @Override
  public long tableLeaseNanos() {
    return failure == null && ready && Reign.LEASES ? Reign.LEASE_NANOS : 0;
  }

  /** How many writes the log has had, for tests. */
  long applied() {
    return machine.applied();
  }

  @Override
  public void close() {
    closed = true;
    ready = false;
    if (watch != null) {
      watch.cancel(false);
    }
    engine.close();
    machine.close();
    fail("the server is closed");
    logs.close();
    try (folder) {
      acknowledged.close();
    } catch (IOException e) {
      // Nothing depends on it any more.
    }
  }
}
