// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotLedger;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.transport.GroupMembers;
import io.wisp.transport.Leadership;
import io.wisp.transport.Membership;
import io.wisp.transport.Threads;
import io.wisp.transport.WriteLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.ratis.server.raftlog.RaftLog;
import org.jspecify.annotations.Nullable;

/**
 * A log by Ratis that several members share. Entries are appended by the one that leads, while its
 * {@link Reign} is open. A thread looks at Ratis again and again: it begins and ends reigns, renews
 * leases that are used, and tells the cluster's map who the master is.
 *
 * <p>When this member's disk or store fails, it leaves the group to the others, and its server
 * ends: clients that stayed with it would learn of no other master.
 */
final class GroupLog implements WriteLog, Leadership {

  private static final long LOOK_MILLIS = 20;
  private static final long PROOF_MILLIS = 1_000;

  private static final String HANGING =
      "the disk hangs: it has taken nothing for %s s"
          .formatted(TimeUnit.NANOSECONDS.toSeconds(DiskWatch.PATIENCE_NANOS));

  /**
   * After so long nobody waits any more for what becomes of an entry. Followers that lack much of
   * the log, or have slow disks, let their leader wait, and answer its heartbeats.
   */
  private static final long ENTRY_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final String OVERDUE =
      "a majority of the members has not taken it for %s s"
          .formatted(TimeUnit.NANOSECONDS.toSeconds(ENTRY_NANOS));

  /** When nobody is known to lead and serve for so long, the operator is told. */
  private static final long LEADERLESS_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How long a thread may take to end that may wait for the disk. */
  private static final Duration CLOSING_TIME = Duration.ofSeconds(5);

  /** A lease that is used is renewed when there is less left. */
  private static final long RENEWAL_NANOS = Reign.LEASE_NANOS / 2;

  static final String NOT_LEADING = "this member does not lead the group now";
  static final String NO_HEAP = "the server has no heap left";

  /** What an entry is decided by. */
  private record Basis(@Nullable Reign reign, long applied) {}

  private final DataFolder folder;
  private final QuietLogs logs;
  private final ClusterMember member;
  private final Consumer<String> notices;
  private final Acknowledged acknowledged;
  private final Acknowledged.@Nullable Mark acknowledgedBefore;
  private final StoreMachine machine;
  private final RaftEngine engine;
  private final Members members;
  private final Thread thread;
  private final UnderWay entry = new UnderWay();
  private final DiskWatch disk = new DiskWatch(System.nanoTime());
  private final Runnable onLeft;
  private volatile @Nullable Reign reign;
  private volatile Basis basis = new Basis(null, 0);
  private volatile boolean leaseUsed;
  private final Supplier<@Nullable String> whyFailed = this::failure;
  private volatile @Nullable String failure;
  private volatile boolean closed;
  private boolean live;
  private RaftEngine.@Nullable Standing seen;
  private long leaderSeen;
  private boolean toldOfNoLeader;

  private GroupLog(
      DataFolder folder,
      QuietLogs logs,
      Store store,
      Membership membership,
      Group group,
      Consumer<String> notices,
      long snapshotBytes)
      throws IOException {
    this.folder = folder;
    this.logs = logs;
    this.notices = notices;
    member = membership.member();
    LogTail.mend(folder.log(), notices);
    acknowledged = Acknowledged.open(folder.path());
    SlotLedger slots = new SlotLedger(member);
    machine = new StoreMachine(store, slots, acknowledged, snapshotBytes, notices, this::fail);
    try {
      acknowledgedBefore = acknowledged.last();
      WholeLog.requireBeforeVote(folder, acknowledgedBefore);
      engine = RaftEngine.start(folder, machine, this::fail, group, membership.host());
      if (acknowledgedBefore == null) {
        // From now on a log that is gone is missed.
        acknowledged.advanceTo(0, RaftLog.INVALID_LOG_INDEX);
      }
    } catch (Throwable failed) {
      acknowledged.close();
      throw failed;
    }
    members = new Members(engine, folder, group, member, machine, notices);
    onLeft = membership.onLeft();
    thread = Thread.ofPlatform().daemon().name("wisp-group").unstarted(this::lookUntilClosed);
  }

  /** See {@link io.wisp.transport.WriteLogProvider#open}. */
  static GroupLog open(
      Path path, Store store, Membership membership, Consumer<String> notices, long snapshotBytes)
      throws IOException {
    Group group = Group.of(membership.member());
    DataFolder folder = DataFolder.open(path, group, membership.isNew(), membership.joins());
    QuietLogs logs = QuietLogs.into(folder.path().resolve("raft.log"));
    try {
      Group begun = group.begunAs(folder.founders());
      GroupLog log = new GroupLog(folder, logs, store, membership, begun, notices, snapshotBytes);
      log.thread.start();
      return log;
    } catch (Throwable failed) {
      logs.close();
      folder.close();
      throw failed;
    }
  }

  private void lookUntilClosed() {
    leaderSeen = System.nanoTime();
    try {
      while (!closed && failure == null) {
        look();
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      // It was closed.
    } catch (OutOfMemoryError e) {
      fail(NO_HEAP);
    } catch (Throwable e) {
      fail("the member cannot go on: " + RaftEngine.reason(e));
    }
    if (closed) {
      endReign(null, member.map().epoch());
    } else {
      leave();
    }
  }

  /**
   * Has the server end before the rest, which may take for ever on a disk that hangs. The operator
   * is told why before that: another thread may have found it out, and be slow.
   */
  private void leave() {
    try {
      endReign(null, member.map().epoch());
    } finally {
      try {
        giveNotice();
      } finally {
        onLeft.run();
      }
    }
    // So that the others need not wait for it.
    engine.close();
  }

  private void look() throws IOException, InterruptedException {
    RaftEngine.Standing now = engine.standing();
    members.look(now);
    if (engine.hangs(disk)) {
      throw new IOException(HANGING);
    }
    if (entry.isOverdue(ENTRY_NANOS)) {
      entry.end(OVERDUE);
    }
    if (!live && machine.applied() >= versionBefore()) {
      live = true;
      machine.goLive();
    }
    // The parts of one that is seen for the first time may be of two moments.
    boolean isSteady = Objects.equals(now, seen);
    seen = now;
    long epoch = members.epoch(now.term());
    tellOfLeader(now);
    if (!now.leads()) {
      // Ratis ends a leadership first, and forgets then who it was.
      boolean isOther = !folder.member().equals(now.leader());
      endReign(isSteady && isOther ? members.nodeOf(now.leader()) : null, epoch);
      return;
    }
    Reign current = reign;
    if (current == null || current.term() != now.term()) {
      endReign(null, epoch);
      reign = new Reign(now.term(), System.nanoTime());
    } else if (!current.isOpen()) {
      tryToOpen(current, epoch);
    } else if (!member.place().leads() && prove(current)) {
      // Without a lease as well: commits may take longer than one holds.
      settle(epoch);
    } else if (leaseUsed && current.leaseNanos(System.nanoTime()) < RENEWAL_NANOS) {
      leaseUsed = false;
      var _ = prove(current);
    }
  }

  private long versionBefore() {
    return acknowledgedBefore == null ? 0 : acknowledgedBefore.version();
  }

  private void tellOfLeader(RaftEngine.Standing now) {
    long time = System.nanoTime();
    if (members.waits() || (now.leads() ? isHeld() : now.leader() != null)) {
      leaderSeen = time;
      if (toldOfNoLeader) {
        toldOfNoLeader = false;
        notices.accept("member " + now.leader() + " leads the group now");
      }
    } else if (!toldOfNoLeader && time - leaderSeen > LEADERLESS_NANOS) {
      toldOfNoLeader = true;
      notices.accept(
          ("nobody has led the group for %s s, or could: more than half of its members must run, and"
                  + " reach each other at their port and %s more; or the others have removed this"
                  + " one: %s")
              .formatted(
                  TimeUnit.NANOSECONDS.toSeconds(LEADERLESS_NANOS), Group.PORT_OFFSET, members));
    }
  }

  /** The map comes first: who sees that nobody leads here finds no more that this is the master. */
  private void endReign(@Nullable String leader, long epoch) {
    member.follow(leader, epoch, leader != null);
    reign = null;
  }

  private void tryToOpen(Reign current, long epoch) throws IOException, InterruptedException {
    if (!current.mayOpen(System.nanoTime()) || !prove(current)) {
      return;
    }
    WholeLog.require(folder, machine, versionBefore());
    current.open();
    if (current.leaseNanos(System.nanoTime()) > 0) {
      settle(epoch);
    }
  }

  /**
   * The map comes last: who has found the reign closed, and then finds this one to be the master,
   * must have come before a moment at which it led. That is now, if a lease holds, or when an entry
   * was proposed that counts, if the reign was open by then.
   */
  private void settle(long epoch) {
    member.follow(member.name(), epoch, true);
  }

  /** Waits for an entry of this term that changes nothing. */
  private boolean prove(Reign current) throws InterruptedException {
    byte[] nothing = Entry.encode(1, false, new WriteBatch());
    long began = System.nanoTime();
    try {
      var _ = engine.propose(new Proposal(nothing)).get(PROOF_MILLIS, TimeUnit.MILLISECONDS);
      return current.prove(began, machine.term());
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  @Override
  public GroupMembers members() {
    return members;
  }

  @Override
  public Leadership leadership() {
    return this;
  }

  @Override
  public boolean isHeld() {
    Reign current = reign;
    return current != null && current.isOpen();
  }

  @Override
  public long leaseNanos() {
    Reign current = reign;
    if (current == null || !current.isOpen() || !Reign.LEASES) {
      return 0;
    }
    if (!leaseUsed) {
      leaseUsed = true;
    }
    return current.leaseNanos(System.nanoTime());
  }

  @Override
  public boolean leasesTable() {
    return Reign.LEASES;
  }

  @Override
  public long tableLeaseNanos() {
    return failure == null ? leaseNanos() : 0;
  }

  @Override
  public boolean begin() {
    Reign before = basis.reign();
    Reign now = reign;
    basis = new Basis(now, machine.applied());
    return !Objects.equals(before, now);
  }

  @Override
  public void append(
      WriteBatch writes, boolean clears, @Nullable SlotChange change, Completion completion) {
    Basis decidedBy = basis;
    Reign current = decidedBy.reign();
    if (current == null || !current.isOpen() || !current.equals(reign) || failure != null) {
      completion.ended(Outcome.NOT_DONE, Objects.requireNonNullElse(failure, NOT_LEADING));
      return;
    }
    byte[] bytes = Entry.encode(decidedBy.applied() + 1, clears, writes, change);
    Proposal proposal = new Proposal(bytes);
    if (entry.begin(proposal, completion, whyFailed)) {
      entry.propose(proposal, engine, machine, current);
    }
  }

  private void fail(String why) {
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = why;
    }
    entry.end(why);
  }

  private void giveNotice() {
    try {
      notices.accept("this member leaves the group to the others, and ends: " + failure);
    } catch (OutOfMemoryError e) {
      // The server ends all the same.
    }
  }

  @Override
  public @Nullable String failure() {
    return failure;
  }

  /** How many writes the store has had, for tests. */
  long applied() {
    return machine.applied();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    Threads.joinUninterruptibly(thread, CLOSING_TIME);
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
