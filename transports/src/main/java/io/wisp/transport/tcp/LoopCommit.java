// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.transport.CommitToken;
import io.wisp.transport.GroupCommit;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.session.HeldReplies;
import io.wisp.transport.tcp.session.WriteGate;
import org.jspecify.annotations.Nullable;

/** The group commit of an event loop, in the words of its protocol. */
final class LoopCommit extends GroupCommit<TcpConnection> implements WriteGate {

  /**
   * That of a loop.
   *
   * @param wakeUp lets the loop begin a round, called by any thread
   */
  LoopCommit(CommitToken token, Store store, Runnable wakeUp) {
    super(token, store, wakeUp);
  }

  @Override
  public @Nullable String refusal() {
    String failure = failure();
    return failure == null ? null : Errors.logFailed(failure);
  }

  /** What its sessions reply instead, where an entry has not happened, or may not have. */
  HeldReplies.Substitutes substitutes(Outcome outcome, String why) {
    boolean isShared = asksOfReads();
    String refusal = isShared ? null : refusal();
    String write = refusal == null ? Errors.notWritten(isShared, why) : refusal;
    return new HeldReplies.Substitutes(
        outcome == Outcome.UNKNOWN ? null : write,
        Errors.notProven(isShared, why),
        Errors.unknownOutcome(why));
  }
}
