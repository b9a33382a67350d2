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

  private final @Nullable WriteGate gate;
  private final boolean asksOfReads;
  private final Execution execution;

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
      return gate.admitsWrite(keys(command, count));
    }
    if (gate.hasWritten()) {
      return looksAtNoMoreThanKeys(command);
    }
    return !asksOfReads || !looksAtStore(command) || gate.admitsRead();
  }

  /** Whether a command that runs for each key as it arrives may go on. */
  boolean mayStep(Command command) {
    return gate == null || command.access() != Access.WRITE || gate.admitsWrite(1);
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
