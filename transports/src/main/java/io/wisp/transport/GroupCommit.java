// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.cluster.SlotChange;
import io.wisp.store.PendingWrites;
import io.wisp.store.Store;
import io.wisp.transport.WriteLog.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The writes of the connections of one thread that serves, where they are logged before they
 * happen. What is written in one round of the thread makes one entry; while that is under way the
 * thread goes on to serve reads, and what wants to write waits for the next entry. The replies of a
 * connection that has written are held back until its writes have happened, and it is not served
 * meanwhile. Where several servers share the log, the same goes for reads that no lease covers: an
 * entry that is appended behind them and committed proves that they have seen all that was
 * acknowledged.
 *
 * <p>A connection is served in turns, one connection at a time. It belongs to the thread, but for
 * {@link #tokenGiven} and the end of an entry.
 *
 * @param <C> the connections
 */
public class GroupCommit<C extends GroupCommit.Connection> {

  /** A connection that may have to wait. */
  public interface Connection {

    /**
     * It may be served again, in the thread's next round.
     *
     * @param outcome what became of the entry that its replies waited for, if there are any
     * @param why that is so; empty if the entry is there
     * @return whether it is to be served, because it is still there
     */
    boolean letGoOn(Outcome outcome, String why);
  }

  private static final String NO_HEAP = "the server has no heap left";
  private static final String STOPPED = "the server was stopped";

  /** How long an entry may take that is under way at the end. */
  private static final long LAST_ENTRY_NANOS = 1_000_000_000;

  private enum State {
    /** Nothing is pending, and another thread may have the token. */
    IDLE,
    /** Connections write, or read what is to be proven. */
    COLLECTING,
    /** The entry is under way. */
    COMMITTING
  }

  private final CommitToken token;
  private final @Nullable Leadership leadership;
  private final Runnable wakeUp;
  private final PendingWrites pending;
  private final List<C> held = new ArrayList<>();
  private final List<C> waiting = new ArrayList<>();
  private State state = State.IDLE;

  /** In this turn the connection may read. */
  private boolean readable;

  /** In this turn the connection reads what nothing proves yet. */
  private boolean proving;

  /** The entry is appended even if it is empty: what was read counts if it is committed. */
  private boolean proofWanted;

  /** {@link #proofWanted}, before the connection that was let in last. */
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
   * That of a thread.
   *
   * @param token of the threads of all servers of the process
   * @param wakeUp lets the thread begin a round; called by any thread, also after this was closed
   */
  public GroupCommit(CommitToken token, Store store, Runnable wakeUp) {
    this.token = token;
    leadership = token.log().leadership();
    this.wakeUp = wakeUp;
    pending = new PendingWrites(store, token.room());
  }

  /** The store as the thread's connections see it. */
  public final Store store() {
    return pending;
  }

  /** A connection begins a turn, and sees what the store holds. */
  public final void beginTurn() {
    pending.hide();
    readable = false;
    proving = false;
  }

  /**
   * Lets the connection write, which from then on sees what is pending; its replies are held back
   * until that has happened.
   *
   * @param keys how many keys it writes at most
   * @return whether it may; if not, it stops and is let go on later
   */
  public final boolean admitsWrite(int keys) {
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

  /** Who leads no more is not asked: the connection will send its client elsewhere. */
  private static boolean lacksProof(Leadership leadership) {
    return leadership.isHeld() && leadership.leaseNanos() <= 0;
  }

  /** Whether reads need to be let in, too: where several servers share the log. */
  public final boolean asksOfReads() {
    return leadership != null;
  }

  /**
   * Lets the connection read what the store holds. If nothing says yet that this server has what
   * others may have written, its replies are held back until the log says so.
   *
   * @return whether it may; if not, it stops and is let go on later
   */
  public final boolean admitsRead() {
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

  /**
   * Has a step of a move of slots happen behind what is pending, for a connection that was let in
   * to write. Nothing else is let in before that has happened.
   *
   * @return whether it will; if not, all records are to be removed just before, and it is as if
   *     this had not been called
   */
  public final boolean append(SlotChange change) {
    if (pending.clears()) {
      return false;
    }
    this.change = change;
    return true;
  }

  /** What is written to slots that are being copied. */
  public final ChangedKeys changedKeys() {
    return token.changedKeys();
  }

  /** Whether the connection was let in to write in this turn. */
  public final boolean hasWritten() {
    return pending.isShown();
  }

  /** {@link WriteLog#tableLeaseNanos} of the log. */
  protected final long tableLeaseNanos() {
    return token.log().tableLeaseNanos();
  }

  /** Why nothing can be written any more, or null. */
  public final @Nullable String failure() {
    return token.log().failure();
  }

  /** Whether the connection's replies of this turn are held back, and the connection with them. */
  public final boolean holdsReplies() {
    return pending.isShown() || proving;
  }

  /**
   * What was let in last does not run, and it was the first of this turn: nothing has to wait for
   * it.
   */
  public final void takeBack() {
    beginTurn();
    proofWanted = proofWantedBefore;
  }

  /** Serves a connection no more until what it has written, or read, is in the log for good. */
  public final void hold(C connection) {
    held.add(connection);
  }

  /** Serves a connection no more until it may try to write again. */
  public final void admitLater(C connection) {
    waiting.add(connection);
  }

  /** A connection that waits has ended. What it has written may happen all the same. */
  public final void forget(C connection) {
    held.remove(connection);
    waiting.remove(connection);
  }

  /** Another thread has given the token to this one. */
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
  public final boolean endRound(ArrayDeque<C> unfinished) {
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

  private void append(ArrayDeque<C> unfinished) {
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

  /** Allocates nothing: for want of heap the thread must not wait for ever. */
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

  private void finish(Outcome outcome, String why, ArrayDeque<C> unfinished) {
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

  private void letGoOn(Outcome outcome, String why, ArrayDeque<C> unfinished) {
    // Whatever becomes of an entry of nothing, nothing happens.
    boolean isOfNothing = pending.isEmpty() && change == null;
    Outcome told = outcome == Outcome.UNKNOWN && isOfNothing ? Outcome.NOT_DONE : outcome;
    for (C connection : held) {
      if (connection.letGoOn(told, why)) {
        unfinished.addLast(connection);
      }
    }
    held.clear();
  }

  /**
   * Before all that go on, whose turn was over without a write: so the first who waited finds the
   * next entry empty, whatever he needs of it.
   */
  private void admitWaiting(ArrayDeque<C> unfinished) {
    for (int i = waiting.size() - 1; i >= 0; i--) {
      C connection = waiting.get(i);
      if (connection.letGoOn(Outcome.DONE, "")) {
        unfinished.addFirst(connection);
      }
    }
    waiting.clear();
  }

  /**
   * The thread ends. It waits a moment for the entry that is under way, and lets its connections go
   * on; if it does not end, what becomes of it is not known. Then it gives the token back when it
   * ends.
   *
   * @param unfinished takes the connections that have a last reply
   */
  public final void close(ArrayDeque<C> unfinished) {
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
