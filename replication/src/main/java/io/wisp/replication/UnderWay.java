// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.transport.WriteLog.Completion;
import io.wisp.transport.WriteLog.Outcome;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.jspecify.annotations.Nullable;

/**
 * The entry that a log proposes and that has not ended, and who is told of its end. There is one at
 * a time. Thread-safe.
 */
final class UnderWay {

  /**
   * After so long nobody waits any more for what becomes of one. Followers that lack much of the
   * log, or have slow disks, let their leader wait, and answer its heartbeats.
   */
  private static final long PATIENCE_SECONDS = 60;

  /** An entry, and who is told of its end. */
  private record Entrant(Proposal proposal, Completion completion) {}

  private final AtomicReference<@Nullable Entrant> entrant = new AtomicReference<>();

  /** Takes the place of the one entry; false if there is one. */
  boolean begin(Proposal proposal, Completion whoIsTold) {
    return entrant.compareAndSet(null, new Entrant(proposal, whoIsTold));
  }

  /** Ends the one that there is, if any, of which the log says nothing any more. */
  void end(String why) {
    Entrant current = entrant.get();
    if (current != null) {
      lose(current, why);
    }
  }

  /** Ends the one that there is, if any, of which the log has said what became of it. */
  void end(Outcome outcome, String why) {
    Entrant current = entrant.get();
    if (current != null) {
      tell(current, outcome, why);
    }
  }

  /**
   * Proposes the one that has begun.
   *
   * @param machine that carries it out
   * @param reign in which a leader has decided it
   */
  void propose(RaftEngine engine, StoreMachine machine, Reign reign) {
    Entrant current = entrant.get();
    if (current == null) {
      return;
    }
    long began = System.nanoTime();
    try {
      var _ =
          engine
              .propose(current.proposal())
              .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .whenComplete(
                  (answer, error) -> ended(current, machine, reign, began, answer, error));
    } catch (OutOfMemoryError e) {
      lose(current, GroupLog.NO_HEAP);
    } catch (Throwable e) {
      ended(current, machine, reign, began, null, e);
    }
  }

  private void ended(
      Entrant current,
      StoreMachine machine,
      Reign reign,
      long began,
      @Nullable Message answer,
      @Nullable Throwable error) {
    try {
      if (error != null) {
        lose(current, reason(error));
      } else if (StoreMachine.isStale(answer)) {
        tell(current, Outcome.NOT_DONE, "another leader's entry came before it");
      } else if (reign.prove(began, machine.term())) {
        tell(current, Outcome.DONE, "");
      } else {
        // The store has it, by a later reign of this member, which is closed so far: another leader
        // may hold a lease, and answer reads as if there were no such entry.
        lose(current, GroupLog.NOT_LEADING);
      }
    } catch (OutOfMemoryError e) {
      lose(current, GroupLog.NO_HEAP);
    }
  }

  private static String reason(Throwable error) {
    if (error instanceof TimeoutException) {
      return "a majority of the members has not taken it for " + PATIENCE_SECONDS + " s";
    }
    return isOfLeadership(error)
        ? GroupLog.NOT_LEADING
        : "the log did not take it: " + RaftEngine.reason(error);
  }

  private static boolean isOfLeadership(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof NotLeaderException
        || cause instanceof LeaderNotReadyException
        || cause instanceof LeaderSteppingDownException;
  }

  /** What the log has not taken it never will: then it is known that nothing comes of it. */
  private void lose(Entrant current, String why) {
    tell(current, current.proposal().take() ? Outcome.NOT_DONE : Outcome.UNKNOWN, why);
  }

  /** By a thread of Ratis, too, which so does no more than wake the one that waits. */
  private void tell(Entrant current, Outcome outcome, String why) {
    if (entrant.compareAndSet(current, null)) {
      current.completion().ended(outcome, why);
    }
  }
}
