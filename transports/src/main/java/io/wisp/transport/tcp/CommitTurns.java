// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.WriteLog;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Which event loop's writes make the next entry of the log: one loop's at a time, because each
 * entry is decided by what the store holds when the one before it has happened. The loops take
 * turns in the order in which they asked. Thread-safe.
 */
final class CommitTurns {

  private final WriteLog log;
  private final ArrayDeque<GroupCommit> waiting = new ArrayDeque<>();
  private @Nullable GroupCommit holder;

  /** Those of the loops of a server, which write to a log. */
  CommitTurns(WriteLog log) {
    this.log = log;
  }

  /** Where entries go. */
  WriteLog log() {
    return log;
  }

  /** Takes the turn; if another loop has it, whoever asks is told when the turn is his. */
  synchronized boolean take(GroupCommit who) {
    if (holder == null) {
      holder = who;
    }
    if (holder == who) {
      return true;
    }
    if (!waiting.contains(who)) {
      waiting.addLast(who);
    }
    return false;
  }

  /** Gives the turn back, or gives up waiting for it. */
  void giveBack(GroupCommit who) {
    GroupCommit next;
    synchronized (this) {
      if (holder != who) {
        waiting.remove(who);
        return;
      }
      next = waiting.pollFirst();
      holder = next;
    }
    if (next != null) {
      next.turnGiven();
    }
  }
}
