// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.Command.Access;
import io.wisp.transport.tcp.command.Execution;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says for one session which commands may run now, where writes are logged before they happen. What
 * a client sends runs in order: a command that must wait lets those behind it wait.
 *
 * <p>Behind a write of the same turn, what names its keys sees what is pending. What looks at the
 * whole store, or keeps the version of a key for later, waits until the write has happened.
 */
final class WriteAdmission {

  /** Those that clients send between their writes. */
  private static final Set<String> WITHOUT_STORE = Set.of("ping", "echo", "select", "unwatch");

  /** Those of which a subcommand takes a key. */
  private static final Set<String> TELLS_OF_KEYS = Set.of("object", "memory");

  /** In what way the reply of the command that was let in last counts only with its entry. */
  private enum Held {
    /** It is true whatever becomes of the entry. */
    NOT,
    /** It tells what was read. */
    READ,
    /** It tells what was written. */
    WRITE
  }

  private final @Nullable WriteGate gate;
  private final boolean asksOfReads;
  private final Execution execution;
  private final HeldReplies replies = new HeldReplies();
  private Held held = Held.NOT;

  /** Where in this turn's output the reply of that command begins, once it does. */
  private int began;

  private boolean hasBegun;

  /** A turn before this one has a part of what that command does. */
  private boolean goesOn;

  /** In this turn a command ran whose reply is held. */
  private boolean hasRun;

  /** In this turn a command ended of which earlier ones have a part. */
  private boolean hasEndedPart;

  /**
   * That of a session.
   *
   * @param gate null lets everything run at once
   */
  WriteAdmission(@Nullable WriteGate gate, Execution execution) {
    this.gate = gate;
    asksOfReads = gate != null && gate.asksOfReads();
    this.execution = execution;
  }

  void beginTurn() {
    if (gate != null) {
      gate.beginTurn();
      replies.clear();
      hasRun = false;
      hasEndedPart = false;
      // What was read first has been proven, and what is read later is no older.
      held = held == Held.READ ? Held.NOT : held;
      goesOn = held != Held.NOT;
      hasBegun = false;
    }
  }

  /** Why a command is refused, or null. */
  @Nullable String refusalOf(Command command) {
    return gate != null && writes(command) ? gate.refusal() : null;
  }

  /** Whether a command may run now that has so many arguments, its name included. */
  boolean mayRun(Command command, int count) {
    if (gate == null || execution.transaction().queues(command)) {
      return true;
    }
    if (writes(command)) {
      boolean may = gate.admitsWrite(keys(command, count));
      held = may ? Held.WRITE : Held.NOT;
      return may;
    }
    boolean looks = looksAtStore(command);
    boolean may =
        gate.hasWritten()
            ? looksAtNoMoreThanKeys(command)
            : !asksOfReads || !looks || gate.admitsRead();
    held = may && looks && gate.holdsReplies() ? Held.READ : Held.NOT;
    return may;
  }

  /** Whether a command that runs for each key as it arrives may go on. */
  boolean mayStep(Command command) {
    if (gate == null || command.access() != Access.WRITE) {
      return true;
    }
    boolean may = gate.admitsWrite(1);
    held = may ? Held.WRITE : held;
    return may;
  }

  /** The command that was let in last does not run: it is not all there, or is refused. */
  void takeBack() {
    if (gate != null && held != Held.NOT) {
      held = Held.NOT;
      if (!hasRun) {
        gate.takeBack();
      }
    }
  }

  /**
   * Something was done, and replied at such a place of the output.
   *
   * @param isOver whether its command has ended
   */
  void replied(int from, int to, boolean isOver) {
    if (held == Held.NOT) {
      return;
    }
    hasRun = true;
    if (!hasBegun) {
      hasBegun = true;
      began = from;
    }
    if (isOver) {
      if (goesOn) {
        hasEndedPart = true;
        replies.addPart(began, held == Held.WRITE);
      } else {
        replies.add(began, to, held == Held.WRITE);
      }
      held = Held.NOT;
      hasBegun = false;
      goesOn = false;
    }
  }

  /**
   * Whether the turn is to end here: if the entry of what was written last does not happen, there
   * is no reply behind that of a command of many turns, and so nothing may be done behind it.
   */
  boolean endsTurn() {
    return hasEndedPart;
  }

  /** The replies of the turn that has ended which count only with its entry. */
  HeldReplies heldReplies() {
    if (held != Held.NOT) {
      replies.addPart(hasBegun ? began : 0, held == Held.WRITE);
    }
    return replies;
  }

  private boolean writes(Command command) {
    if (command.isExec()) {
      return execution.transaction().writes();
    }
    return command.access() == Access.WRITE && !execution.transaction().queues(command);
  }

  private int keys(Command command, int count) {
    if (command.isExec()) {
      return execution.transaction().mostKeys();
    }
    return command.isStreamed() ? 1 : command.mostKeys(count);
  }

  private static boolean looksAtStore(Command command) {
    return command.access() == Access.READ
        || command.isKeyAt(1)
        || command.isExec()
        || TELLS_OF_KEYS.contains(command.name());
  }

  private static boolean looksAtNoMoreThanKeys(Command command) {
    return switch (command.access()) {
      case READ -> command.isKeyAt(1);
      case CONNECTION -> true;
      case SERVER ->
          (command.runsInsideMulti() && !command.isKeyAt(1))
              || WITHOUT_STORE.contains(command.name());
      case WRITE -> false;
    };
  }
}
