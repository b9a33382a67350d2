// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.cluster.ClusterMember;
import io.wisp.codec.BatchDescriptor;
import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.transport.CommitToken;
import io.wisp.transport.GroupCommit;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.ring.Port;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The group commit of a thread, which says for one connection at a time what of its requests may be
 * executed now. What a client sends is executed in order: a request that must wait lets those
 * behind it wait.
 *
 * <p>Behind a write of the same turn, what names a key sees what is pending. What looks at the
 * whole store waits until the write has happened, and so does a get of what is pending, for a
 * version is kept for later. What looks at no key runs at any time.
 */
final class RingCommit extends GroupCommit<ServerConnection> {

  /** What became of a request that was to be let in. */
  enum Admission {
    /** It is executed, and its reply is true whatever becomes of an entry. */
    FREE,
    /** It is executed, and its reply tells what was read. */
    READ,
    /** It is executed, and its reply tells what was written. */
    WRITE,
    /** It waits. */
    WAITS,
    /** It is refused, for nothing is written any more. */
    REFUSED
  }

  private final Port port;
  private final @Nullable ClusterMember member;

  /** In this turn a request was executed whose reply is held. */
  private boolean holds;

  /**
   * That of the thread of a port.
   *
   * @param member the node of a cluster that the server is, or null
   */
  RingCommit(CommitToken token, Store store, Port port, @Nullable ClusterMember member) {
    super(token, store, port::wake);
    this.port = port;
    this.member = member;
  }

  /**
   * For how many microseconds from now on the client may take what it reads in the table for the
   * latest; 0 if it may not.
   *
   * <p>Among several shards it may not: slots move between them, and no lease says of which slots
   * it is. What has moved away would be found here for as long as the lease holds. A server that
   * began with such a map offers no table, but others may tell it of a later one.
   */
  long leaseMicros() {
    return ServerOptions.hasAllSlots(member)
        ? TimeUnit.NANOSECONDS.toMicros(Math.max(0, tableLeaseNanos()))
        : 0;
  }

  /**
   * Has a fault come out in the turn of the connection whose memory a client has taken away, and
   * not in the midst of deciding, which would be half of an entry of others.
   */
  void settle() {
    port.settle();
  }

  /** A connection's turn begins. */
  void begin() {
    beginTurn();
    holds = false;
  }

  /**
   * Whether a request may be executed now.
   *
   * @param request whose bytes nobody else can change or take away, for its entry is that of others
   *     as well
   */
  Admission admit(MemorySegment request, long length) {
    settle();
    Operation operation = RequestDescriptor.operationIn(request, 0, length);
    if (operation == null) {
      return Admission.FREE;
    }
    return switch (operation) {
      case PUT, PUT_IF_ABSENT, PUT_IF_PRESENT, PUT_IF_VERSION, DELETE, DELETE_IF_VERSION ->
          admitWrite(1);
      case WRITE_ALL ->
          admitWrite(BatchDescriptor.keysIn(request, RequestDescriptor.HEADER_LENGTH, length));
      case GET, CONTAINS, TIME_TO_LIVE -> admitRead(true);
      case SCAN -> admitRead(false);
      case PING, INFORMATION, AUTHENTICATE, REPORT -> Admission.FREE;
    };
  }

  private Admission admitWrite(int keys) {
    if (failure() != null) {
      return Admission.REFUSED;
    }
    return admitsWrite(keys) ? Admission.WRITE : Admission.WAITS;
  }

  private Admission admitRead(boolean isOfKey) {
    if (hasWritten()) {
      return isOfKey ? Admission.READ : Admission.WAITS;
    }
    if (asksOfReads() && !admitsRead()) {
      return Admission.WAITS;
    }
    return holdsReplies() ? Admission.READ : Admission.FREE;
  }

  /** Whether the reply to what was let in, and executed, counts only with the entry. */
  boolean counts(Admission admission, Status status) {
    // Of the others the store was not asked: they are no requests, or are for other nodes.
    boolean isOfStore = status.code() < Status.MALFORMED.code();
    return isOfStore && (admission == Admission.READ || admission == Admission.WRITE);
  }

  /** Such a reply was made. */
  void answered() {
    holds = true;
  }

  /** None was made to what was let in: if that was the first, nothing has to wait for it. */
  void notAnswered() {
    if (!holds) {
      takeBack();
    }
  }

  /** What to reply where an entry has not happened, or may not have. */
  HeldFrames.Substitutes substitutes(Outcome outcome, String why) {
    // Where others share the log, one of them may lead by now, and clients look for it.
    Status again = asksOfReads() ? Status.SLOT_NOT_SERVED : Status.TRY_AGAIN;
    boolean hasFailed = !asksOfReads() && failure() != null;
    Status write =
        outcome == Outcome.UNKNOWN ? Status.OUTCOME_UNKNOWN : hasFailed ? Status.LOG_FAILED : again;
    return new HeldFrames.Substitutes(write, again, why);
  }

  /** Why nothing is written, for people. */
  String refusal() {
    return "nothing is written until this server is started again: " + failure();
  }

  /**
   * Begins or ends an entry, at the end of each turn of the thread.
   *
   * @return as of {@link #endRound}
   */
  boolean endTurn(ArrayDeque<ServerConnection> unfinished) {
    settle();
    return endRound(unfinished);
  }
}
