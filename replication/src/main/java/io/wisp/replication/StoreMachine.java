// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotLedger;
import io.wisp.store.Store;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the entries of the log, one after the other in a thread of Ratis, and has snapshots
 * taken. An entry that cannot be carried out ends it: all after it stay out of the store, and the
 * reason is kept.
 */
final class StoreMachine extends BaseStateMachine {

  private static final Message STALE = Message.valueOf("stale");
  private static final Message DONE = Message.valueOf("done");

  private static final String NO_HEAP =
      "an entry of the log cannot be carried out: the server has no heap left";

  private final StoreWriter writer;
  private final SlotLedger slots;
  private final Acknowledged acknowledged;
  private final TermHistory history = new TermHistory();
  private final SnapshotFolder folder = new SnapshotFolder();
  private final Snapshots snapshots;
  private final Consumer<String> onFailure;
  private volatile long applied;
  private volatile long newestOfSnapshot;
  private volatile boolean receives;
  private volatile boolean live;
  private volatile @Nullable String failure;

  /**
   * That of an empty store.
   *
   * @param onFailure is told once why nothing more is carried out, in any thread
   */
  StoreMachine(
      Store store,
      Acknowledged acknowledged,
      long leastSnapshotBytes,
      Consumer<String> notices,
      Consumer<String> onFailure) {
    this(store, new SlotLedger(null), acknowledged, leastSnapshotBytes, notices, onFailure);
  }

  /**
   * That of an empty store.
   *
   * @param slots is told of moves of slots
   * @param onFailure as above
   */
  StoreMachine(
      Store store,
      SlotLedger slots,
      Acknowledged acknowledged,
      long leastSnapshotBytes,
      Consumer<String> notices,
      Consumer<String> onFailure) {
    writer = new StoreWriter(store, slots);
    this.slots = slots;
    this.acknowledged = acknowledged;
    this.onFailure = onFailure;
    snapshots = new Snapshots(store, folder, leastSnapshotBytes, notices);
  }

  /** Whether it answered so to an entry that was not the next one, and has changed nothing. */
  static boolean isStale(@Nullable Message answer) {
    return answer != null && STALE.getContent().equals(answer.getContent());
  }

  /** The version of the last write that was carried out. */
  long applied() {
    return applied;
  }

  /** What is carried out, and what a snapshot that was loaded ends with. */
  TermHistory history() {
    return history;
  }

  /** The term of the last entry that was carried out; 0 if there was none. */
  long term() {
    return getLastAppliedTermIndex().getTerm();
  }

  /**
   * The newest write of which the snapshot has a record. The log had it when that was copied, so a
   * whole log goes as far.
   */
  long newestOfSnapshot() {
    return newestOfSnapshot;
  }

  /** From now on what is carried out is acknowledged: all that was in the log at the start was. */
  void goLive() {
    live = true;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
      throws IOException {
    super.initialize(server, groupId, storage);
    folder.init(storage);
    SnapshotFolder.Snapshot snapshot = folder.latest();
    if (snapshot != null) {
      load(snapshot);
    }
  }

  private void load(SnapshotFolder.Snapshot snapshot) throws IOException {
    SnapshotReader.read(snapshot.file(), writer);
    applied = writer.applied();
    newestOfSnapshot = writer.newestOfSnapshot();
    setLastAppliedTermIndex(snapshot.at());
    history.add(snapshot.at().getTerm(), snapshot.at().getIndex());
  }

  /**
   * A part of the leader's snapshot has come. Entries that are there are carried out meanwhile; the
   * snapshot, when it is there, has all that they say and more.
   */
  @Override
  public void pause() {
    receives = true;
    snapshots.rest();
  }

  /** What Ratis asks for before it has a snapshot loaded. */
  @Override
  public LifeCycle.State getLifeCycleState() {
    return receives ? LifeCycle.State.PAUSED : super.getLifeCycleState();
  }

  /** The leader's snapshot is there as a whole, and takes the place of all that the store holds. */
  @Override
  public void reinitialize() throws IOException {
    try {
      snapshots.begin();
      folder.reload();
      writer.startAnew();
      load(Objects.requireNonNull(folder.latest(), "the snapshot of the leader is gone"));
      receives = false;
    } catch (OutOfMemoryError e) {
      fail(NO_HEAP);
      throw e;
    } catch (IOException | RuntimeException e) {
      fail("the snapshot of the leader cannot be loaded: " + RaftEngine.reason(e));
      throw e;
    }
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return folder;
  }

  /** Asked under the lock of the log, right before an entry gets its place in it. */
  @Override
  public TransactionContext preAppendTransaction(TransactionContext context)
      throws StateMachineException {
    if (context.getClientRequest().getMessage() instanceof Proposal proposal && !proposal.take()) {
      throw new StateMachineException("its proposer has taken the entry back", false);
    }
    return context;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    LogEntryProto logged = context.getLogEntry();
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    boolean isNext;
    try {
      Entry entry = Entry.decode(logged.getStateMachineLogEntry().getLogData().toByteArray());
      isNext = entry.versions() == 0 || writer.apply(entry);
    } catch (OutOfMemoryError e) {
      fail(NO_HEAP);
      throw e;
    } catch (Throwable e) {
      String why =
          "entry "
              + logged.getIndex()
              + " of the log cannot be carried out: "
              + RaftEngine.reason(e);
      fail(why);
      throw new IllegalStateException(why, e);
    }
    applied = writer.applied();
    snapshots.count(logged.getSerializedSize());
    updateLastAppliedTermIndex(logged.getTerm(), logged.getIndex());
    history.add(logged.getTerm(), logged.getIndex());
    if (live) {
      remember(logged.getIndex());
    }
    return CompletableFuture.completedFuture(isNext ? DONE : STALE);
  }

  /** An entry of Ratis' own was carried out: of who the members are, or how far they have come. */
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    super.notifyTermIndexUpdated(term, index);
    history.add(term, index);
  }

  private void remember(long index) {
    try {
      acknowledged.advanceTo(applied, index);
    } catch (IOException e) {
      // It stays behind, and says so much less of a log that is cut short.
    }
  }

  /** Asked after each entry. It is short: what is taken is taken elsewhere. */
  @Override
  public long takeSnapshot() throws IOException {
    TermIndex at = getLastAppliedTermIndex();
    SnapshotFolder.Snapshot done = snapshots.advance(at, applied, slots.moves());
    return done == null ? RaftLog.INVALID_LOG_INDEX : done.at().getIndex();
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    fail("the log cannot be written: " + RaftEngine.reason(cause));
  }

  private void fail(String why) {
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = why;
    }
    onFailure.accept(why);
  }

  @Override
  public void close() {
    snapshots.close();
  }
}
