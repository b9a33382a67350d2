// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.command.SlotLog;
import org.jspecify.annotations.Nullable;

/**
 * Where writes are logged before they happen: says when a command may write. It belongs to the
 * thread of its sessions.
 */
public interface WriteGate extends SlotLog {

  /** A session begins a turn, and sees what the store holds. */
  void beginTurn();

  /**
   * Lets the session write, which from then on sees what is pending; its replies are held back
   * until that has happened.
   *
   * @param keys how many keys the command writes at most
   * @return whether it may; if not, its session stops and is asked to go on later
   */
  boolean admitsWrite(int keys);

  /** Whether the session was let in to write in this turn. */
  boolean hasWritten();

  /** Whether the session's replies of this turn are held back, and its connection with them. */
  boolean holdsReplies();

  /**
   * What was let in last does not run, and it was the first of this turn: nothing has to wait for
   * it.
   */
  void takeBack();

  /** Whether reads need to be let in, too: where several servers share the log. */
  boolean asksOfReads();

  /**
   * Lets the session read what the store holds. If nothing says yet that this server has what
   * others may have written, its replies are held back until the log says so.
   *
   * @return whether it may; if not, its session stops and is asked to go on later
   */
  boolean admitsRead();

  /** Why nothing can be written, as the text of an error, or null. */
  @Nullable String refusal();
}
