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

  private final @Nullable WriteTurns turns;
  private final boolean asksOfReads;
  private final Execution execution;

  /**
   * That of a session.
   *
   * @param turns null lets everything run at once
   */
  WriteAdmission(@Nullable WriteTurns turns, Execution execution) {
    this.turns = turns;
    asksOfReads = turns != null && turns.asksOfReads();
    this.execution = execution;
  }

  void beginTurn() {
    if (turns != null) {
      turns.beginTurn();
    }
  }

  /** Why a command is refused, or null. */
  @Nullable String refusalOf(Command command) {
    boolean changesNothing = command.isExec() && !execution.transaction().writes();
    return turns != null && writes(command) && !changesNothing ? turns.refusal() : null;
  }

  /** Whether a command may run now that has so many arguments, its name included. */
  boolean mayRun(Command command, int count) {
    if (turns == null || execution.transaction().queues(command)) {
      return true;
    }
    if (writes(command)) {
      return turns.admitsWrite(keys(command, count));
    }
    if (turns.hasWritten()) {
      return looksAtNoMoreThanKeys(command);
    }
    return !asksOfReads || !looksAtStore(command) || turns.admitsRead();
  }

  /** Whether a command that runs for each key as it arrives may go on. */
  boolean mayStep(Command command) {
    return turns == null || command.access() != Access.WRITE || turns.admitsWrite(1);
  }

  private boolean writes(Command command) {
    return (command.access() == Access.WRITE && !execution.transaction().queues(command))
        || command.isExec();
  }

  private int keys(Command command, int count) {
    if (command.isExec()) {
      return execution.transaction().mostKeys();
    }
    return command.isStreamed() ? 1 : command.mostKeys(count);
  }

  private static boolean looksAtStore(Command command) {
    return command.access() == Access.READ || command.isKeyAt(1) || TELLS_OF_KEYS.contains(command.name());
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
