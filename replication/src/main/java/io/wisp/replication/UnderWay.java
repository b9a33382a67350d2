// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.transport.WriteLog.Completion;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.jspecify.annotations.Nullable;

/**
 * The entry that a leader has proposed and that has not ended, and who is told of its end. There is
 * one at a time. Thread-safe.
 */
final class UnderWay {

  /**
   * After so long nobody waits any more for what becomes of one. Followers that lack much of the
   * log, or have slow disks, let their leader wait, and answer its heartbeats.
   */
  private static final long PATIENCE_SECONDS = 60;

  private final AtomicReference<@Nullable Completion> completion = new AtomicReference<>();

  /** Takes the place of the one entry; false if there is one. */
  boolean begin(Completion whoIsTold) {
    return completion.compareAndSet(null, whoIsTold);
  }

  /** Ends the one that there is, if any: why it is not known what becomes of it. */
  void end(String why) {
    Completion current = completion.get();
    if (current != null) {
      tell(current, why);
    }
  }

  /**
   * Proposes the one that has begun.
   *
   * @param machine that carries it out
   * @param reign in which a leader has decided it
   */
  void propose(byte[] bytes, RaftEngine engine, StoreMachine machine, Reign reign) {
    Completion current = completion.get();
    if (current == null) {
      return;
    }
    long began = System.nanoTime();
    try {
      var _ =
          engine
              .propose(bytes)
              .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .whenComplete(
                  (answer, error) -> ended(current, machine, reign, began, answer, error));
    } catch (OutOfMemoryError e) {
      tell(current, GroupLog.NO_HEAP);
    } catch (Throwable e) {
      tell(current, "it could not be given to the log: " + RaftEngine.reason(e));
    }
  }

  private void ended(
      Completion current,
      StoreMachine machine,
      Reign reign,
      long began,
      @Nullable Message answer,
      @Nullable Throwable error) {
    try {
      tell(current, outcome(machine, reign, began, answer, error));
    } catch (OutOfMemoryError e) {
      tell(current, GroupLog.NO_HEAP);
    }
  }

  /** Why it is not known what became of it, or null. */
  private static @Nullable String outcome(
      StoreMachine machine,
      Reign reign,
      long began,
      @Nullable Message answer,
      @Nullable Throwable error) {
    if (error instanceof TimeoutException) {
      return "a majority of the members has not taken it for " + PATIENCE_SECONDS + " s";
    }
    if (error != null) {
      return isOfLeadership(error)
          ? GroupLog.NOT_LEADING
          : "the log did not take it: " + RaftEngine.reason(error);
    }
    if (answer != null && StoreMachine.STALE.getContent().equals(answer.getContent())) {
      return "another leader's entry came before it";
    }
    return reign.prove(began, machine.term()) ? null : GroupLog.NOT_LEADING;
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

  /** By a thread of Ratis, too, which so does no more than wake the one that waits. */
  private void tell(Completion current, @Nullable String outcome) {
    if (completion.compareAndSet(current, null)) {
      current.ended(outcome);
    }
  }
}
