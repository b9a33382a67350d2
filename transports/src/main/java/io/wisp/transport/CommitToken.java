// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Store;
import io.wisp.store.StoreRoom;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The right to make the next entry of the log. One thread that serves has it at a time, whatever
 * its transport is, because each entry is decided by what the store holds when the one before it
 * has happened. The threads get it in the order in which they asked. Thread-safe.
 */
public final class CommitToken {

  private final WriteLog log;
  private final StoreRoom room;
  private final ChangedKeys changedKeys = new ChangedKeys();
  private final ArrayDeque<GroupCommit<?>> waiting = new ArrayDeque<>();
  private @Nullable GroupCommit<?> holder;

  /** That of all servers of the process, which write to a log that writes to a store. */
  public CommitToken(WriteLog log, Store store) {
    this.log = log;
    room = new StoreRoom(store);
  }

  /** Where entries go. */
  WriteLog log() {
    return log;
  }

  /** The store's, for who has the token. */
  StoreRoom room() {
    return room;
  }

  /** What is written to slots that are being copied, for who has the token. */
  ChangedKeys changedKeys() {
    return changedKeys;
  }

  /** Takes the token; if another thread has it, whoever asks is told when it is his. */
  synchronized boolean take(GroupCommit<?> who) {
    if (holder == null) {
      holder = who;
    }
    if (who.equals(holder)) {
      return true;
    }
    if (!waiting.contains(who)) {
      waiting.addLast(who);
    }
    return false;
  }

  /** Gives the token back, or gives up waiting for it. */
  void giveBack(GroupCommit<?> who) {
    GroupCommit<?> next;
    synchronized (this) {
      if (!who.equals(holder)) {
        waiting.remove(who);
        return;
      }
      next = waiting.pollFirst();
      holder = next;
    }
    if (next != null) {
      next.tokenGiven();
    }
  }
}
