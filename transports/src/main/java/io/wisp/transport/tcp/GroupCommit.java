// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.cluster.SlotChange;
import io.wisp.store.PendingWrites;
import io.wisp.store.Store;
import io.wisp.transport.Leadership;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.command.ChangedKeys;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.session.HeldReplies;
import io.wisp.transport.tcp.session.WriteGate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The writes of an event loop's connections, where they are logged before they happen. What is
 * written in one round of the loop makes one entry; while that is under way the loop goes on to
 * serve reads, and what wants to write waits for the next entry. The replies of a connection that
 * has written are held back until its writes have happened, and it is not served meanwhile. Where
 * several servers share the log, the same goes for reads that no lease covers: an entry that is
 * appended behind them and committed proves that they have seen all that was acknowledged.
 *
 * <p>It belongs to the loop's thread, but for {@link #tokenGiven} and the end of an entry.
 */
final class GroupCommit implements WriteGate {

  private static final String NO_HEAP = "the server has no heap left";
  private static final String STOPPED = "the server was stopped";

  /** How long an entry may take that is under way at the end. */
  private static final long LAST_ENTRY_NANOS = 1_000_000_000;

  private enum State {
    /** Nothing is pending, and another loop may have the token. */
    IDLE,
    /** Connections write. */
    COLLECTING,
    /** The entry is under way. */
    COMMITTING
  }

  private final CommitToken token;
  private final @Nullable Leadership leadership;
  private final Runnable wakeUp;
  private final PendingWrites pending;
  private final List<TcpConnection> held = new ArrayList<>();
  private final List<TcpConnection> waiting = new ArrayList<>();
  private State state = State.IDLE;

  /** In this turn the session may read. */
  private boolean readable;

  /** In this turn the session reads what nothing proves yet. */
  private boolean proving;

  /** The entry is appended even if it is empty: what was read counts if it is committed. */
  private boolean proofWanted;

  /** {@link #proofWanted}, before the session that was let in last. */
  private boolean proofWantedBefore;

  /** The step of a move of slots that ends the entry, or null. */
  private @Nullable SlotChange change;

  private volatile boolean given;

  /** What became of the entry that has ended. It is there before {@link #ended} says so. */
  private volatile Outcome outcome = Outcome.DONE;

  private volatile String why = "";
  private volatile boolean ended;
  private volatile boolean closed;

  /**
   * That of a loop.
   *
   * @param token of the loops of a server
   * @param wakeUp lets the loop begin a round, called by any thread
   */
  GroupCommit(CommitToken token, Store store, Runnable wakeUp) {
    this.token = token;
    leadership = token.log().leadership();
    this.wakeUp = wakeUp;
    pending = new PendingWrites(store, token.room());
  }

  /** The store as the loop's sessions see it. */
  Store store() {
    return pending;
  }

  @Override
  public void beginTurn() {
    pending.hide();
    readable = false;
    proving = false;
  }

  @Override
  public boolean admitsWrite(int keys) {
    if (state == State.COMMITTING || (state == State.IDLE && !begin())) {
      return false;
    }
    if (change != null || !pending.hasRoomFor(keys)) {
      return false;
    }
    pending.show();
    proofWantedBefore = proofWanted;
    // A write that finds nothing to change tells what it has read.
    proofWanted |= leadership != null && lacksProof(leadership);
    return true;
  }

  /** Who leads no more is not asked: the session will send its client elsewhere. */
  private static boolean lacksProof(Leadership leadership) {
    return leadership.isHeld() && leadership.leaseNanos() <= 0;
  }

  @Override
  public boolean asksOfReads() {
    return leadership != null;
  }

  @Override
  public boolean admitsRead() {
    readable = readable || leadership == null || !lacksProof(leadership) || beginProof();
    return readable;
  }

  private boolean beginProof() {
    if (state == State.COMMITTING || (state == State.IDLE && !begin())) {
      return false;
    }
    proving = true;
    proofWantedBefore = proofWanted;
    proofWanted = true;
    return true;
  }

  private boolean begin() {
    if (!token.take(this)) {
      return false;
    }
    // First, so that the token is given back if there is no heap for the rest.
    state = State.COLLECTING;
    if (token.log().begin()) {
      token.room().forget();
      token.changedKeys().lose();
    }
    pending.begin();
    return true;
  }

  @Override
  public boolean append(SlotChange change) {
    if (pending.clears()) {
      return false;
    }
    this.change = change;
    return true;
  }

  @Override
  public ChangedKeys changedKeys() {
    return token.changedKeys();
  }

  @Override
  public boolean hasWritten() {
    return pending.isShown();
  }

  @Override
  public @Nullable String refusal() {
    String failure = token.log().failure();
    return failure == null ? null : Errors.logFailed(failure);
  }

  @Override
  public boolean holdsReplies() {
    return pending.isShown() || proving;
  }

  @Override
  public void takeBack() {
    beginTurn();
    proofWanted = proofWantedBefore;
  }

  /** What its sessions reply instead, where an entry has not happened, or may not have. */
  HeldReplies.Substitutes substitutes(Outcome outcome, String why) {
    boolean isShared = leadership != null;
    String refusal = isShared ? null : refusal();
    String write = refusal == null ? Errors.notWritten(isShared, why) : refusal;
    return new HeldReplies.Substitutes(
        outcome == Outcome.UNKNOWN ? null : write,
        Errors.notProven(isShared, why),
        Errors.unknownOutcome(why));
  }

  /** Serves a connection no more until what it has written, or read, is in the log for good. */
  void hold(TcpConnection connection) {
    held.add(connection);
  }

  /** Serves a connection no more until it may try to write again. */
  void admitLater(TcpConnection connection) {
    waiting.add(connection);
  }

  /** Another loop has given the token to this one. */
  void tokenGiven() {
    given = true;
    wakeUp.run();
  }

  /**
   * To be called at the end of each round: begins or ends an entry.
   *
   * @param unfinished takes the connections that go on in the next round
   * @return whether it took any; they are to go on before others are served, or who waits might
   *     never come first
   */
  boolean endRound(ArrayDeque<TcpConnection> unfinished) {
    int before = unfinished.size();
    if (ended) {
      ended = false;
      finish(outcome, why, unfinished);
    }
    if (given) {
      given = false;
      if (state == State.IDLE && begin() && !waiting.isEmpty()) {
        admitWaiting(unfinished);
        return true;
      }
    }
    if (state == State.COLLECTING) {
      append(unfinished);
    }
    return unfinished.size() > before;
  }

  private void append(ArrayDeque<TcpConnection> unfinished) {
    if (pending.isHalfDecided()) {
      finish(Outcome.NOT_DONE, NO_HEAP, unfinished);
      return;
    }
    if (pending.isEmpty() && change == null && !proofWanted) {
      finish(Outcome.DONE, "", unfinished);
      return;
    }
    try {
      token.changedKeys().note(pending.writes(), pending.clears());
      state = State.COMMITTING;
      token.log().append(pending.writes(), pending.clears(), change, this::ended);
    } catch (OutOfMemoryError e) {
      // The log has nothing of it.
      finish(Outcome.NOT_DONE, NO_HEAP, unfinished);
    }
  }

  /** Allocates nothing: for want of heap the loop must not wait for ever. */
  private void ended(Outcome outcome, String why) {
    this.outcome = outcome;
    this.why = why;
    ended = true;
    if (closed) {
      token.giveBack(this);
    } else {
      wakeUp.run();
    }
  }

  private void finish(Outcome outcome, String why, ArrayDeque<TcpConnection> unfinished) {
    if (outcome == Outcome.UNKNOWN) {
      // It may happen later, when its keys were taken already.
      token.changedKeys().lose();
    }
    admitWaiting(unfinished);
    letGoOn(outcome, why, unfinished);
    pending.reset();
    change = null;
    proofWanted = false;
    state = State.IDLE;
    token.giveBack(this);
  }

  private void letGoOn(Outcome outcome, String why, ArrayDeque<TcpConnection> unfinished) {
    // Whatever becomes of an entry of nothing, nothing happens.
    boolean isOfNothing = pending.isEmpty() && change == null;
    Outcome told = outcome == Outcome.UNKNOWN && isOfNothing ? Outcome.NOT_DONE : outcome;
    for (TcpConnection connection : held) {
      connection.letGoOn(told, why);
      unfinished.addLast(connection);
    }
    held.clear();
  }

  /**
   * Before all that go on, whose turn was over without a write: so the first who waited finds the
   * next entry empty, whatever he needs of it.
   */
  private void admitWaiting(ArrayDeque<TcpConnection> unfinished) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      TcpConnection connection = waiting.get(i);
      connection.letGoOn(Outcome.DONE, "");
      unfinished.addFirst(connection);
    }
    waiting.clear();
  }

  /**
   * The loop ends. It waits a moment for the entry that is under way, and lets its connections go
   * on; if it does not end, what becomes of it is not known. Then it gives the token back when it
   * ends.
   *
   * @param unfinished takes the connections that have a last reply
   */
  void close(ArrayDeque<TcpConnection> unfinished) {
    if (state == State.COMMITTING) {
      long deadline = System.nanoTime() + LAST_ENTRY_NANOS;
      while (!ended && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    if (ended) {
      letGoOn(outcome, why, unfinished);
    } else {
      boolean isAppended = state == State.COMMITTING;
      letGoOn(isAppended ? Outcome.UNKNOWN : Outcome.NOT_DONE, STOPPED, unfinished);
    }
    closed = true;
    if (state != State.COMMITTING || ended) {
      token.giveBack(this);
    }
  }
}
