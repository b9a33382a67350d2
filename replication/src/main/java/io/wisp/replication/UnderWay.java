// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.transport.WriteLog.Completion;
import io.wisp.transport.WriteLog.Outcome;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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

  /** An entry, when it began by {@link System#nanoTime}, and who is told of its end. */
  private record Entrant(Proposal proposal, long began, Completion completion) {}

  private final AtomicReference<@Nullable Entrant> entrant = new AtomicReference<>();

  /**
   * Takes the place of the one entry, unless there is one or the log has failed by now. Who is told
   * knows by then.
   *
   * @param failure why the log takes nothing any more, or null
   * @return whether the entry may be proposed
   */
  boolean begin(Proposal proposal, Completion whoIsTold, Supplier<@Nullable String> failure) {
    if (!entrant.compareAndSet(null, new Entrant(proposal, System.nanoTime(), whoIsTold))) {
      whoIsTold.ended(Outcome.NOT_DONE, "another server of the process has an entry under way");
      return false;
    }
    String why = failure.get();
    if (why != null) {
      // Whoever set it may have looked for an entry before there was this one.
      end(why);
    }
    return why == null;
  }

  /** Whether there is one that has taken longer. */
  boolean isOverdue(long nanos) {
    Entrant current = entrant.get();
    return current != null && System.nanoTime() - current.began() > nanos;
  }

  /** Ends the one that there is, if any, of which the log says nothing any more. */
  void end(String why) {
    Entrant current = entrant.get();
    if (current != null) {
      lose(current, why);
    }
  }

  /** Ends one, if it has not ended, of which the log has said what became of it. */
  void end(Proposal proposal, Outcome outcome, String why) {
    Entrant current = entrant.get();
    if (current != null && current.proposal().equals(proposal)) {
      tell(current, outcome, why);
    }
  }

  /**
   * Proposes one that has begun, if it has not ended.
   *
   * @param machine that carries it out
   * @param reign in which a leader has decided it
   */
  void propose(Proposal proposal, RaftEngine engine, StoreMachine machine, Reign reign) {
    Entrant current = entrant.get();
    if (current == null || !current.proposal().equals(proposal)) {
      return;
    }
    try {
      var _ =
          engine
              .propose(current.proposal())
              .whenComplete((answer, error) -> ended(current, machine, reign, answer, error));
    } catch (OutOfMemoryError e) {
      lose(current, GroupLog.NO_HEAP);
    } catch (Throwable e) {
      ended(current, machine, reign, null, e);
    }
  }

  private void ended(
      Entrant current,
      StoreMachine machine,
      Reign reign,
      @Nullable Message answer,
      @Nullable Throwable error) {
    try {
      if (error != null) {
        lose(current, reason(error));
      } else if (StoreMachine.isStale(answer)) {
        tell(current, Outcome.NOT_DONE, "another leader's entry came before it");
      } else if (reign.prove(current.began(), machine.term())) {
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
