// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import java.util.List;

/** Where the keys of a command are among its arguments. One thread uses it again and again. */
final class KeyPositions {

  /** What was found. */
  enum Outcome {
    /** There is one key at least. */
    KEYS,
    NO_KEYS,
    /** The command does not take so many arguments. */
    WRONG_COUNT,
    /** The command has no such subcommand. */
    NO_COMMAND
  }

  private final CommandTable commands;
  private int first;
  private int last;
  private int step;

  /** Of the commands of a table. */
  KeyPositions(CommandTable commands) {
    this.commands = commands;
  }

  /**
   * Looks for the keys of a command.
   *
   * @param at the place of its name among the arguments
   */
  Outcome find(Command command, Arguments arguments, int at) {
    List<Subcommand> subcommands = command.handler().subcommands();
    return subcommands.isEmpty()
        ? findOfCommand(command, arguments, at)
        : findOfSubcommand(subcommands, arguments, at);
  }

  private Outcome findOfCommand(Command command, Arguments arguments, int at) {
    int count = arguments.count() - at;
    if (commands.firstKeyOf(command) == 0) {
      return Outcome.NO_KEYS;
    } else if (!command.acceptsCount(count)) {
      return Outcome.WRONG_COUNT;
    }
    int lastKey = commands.lastKeyOf(command);
    first = at + commands.firstKeyOf(command);
    last = at + (lastKey < 0 ? count + lastKey : lastKey);
    step = commands.keyStepOf(command);
    return Outcome.KEYS;
  }

  private Outcome findOfSubcommand(List<Subcommand> subcommands, Arguments arguments, int at) {
    int count = arguments.count() - at;
    for (int i = 0; i < subcommands.size() && count > 1; i++) {
      Subcommand subcommand = subcommands.get(i);
      if (arguments.is(at + 1, subcommand.name())) {
        if (subcommand.keyAt() == 0) {
          return Outcome.NO_KEYS;
        }
        first = at + subcommand.keyAt();
        last = first;
        step = 1;
        return subcommand.acceptsCount(count) ? Outcome.KEYS : Outcome.WRONG_COUNT;
      }
    }
    return Outcome.NO_COMMAND;
  }

  /** The place of the first key. */
  int first() {
    return first;
  }

  /** The place that no key is behind. */
  int last() {
    return last;
  }

  /** How many places there are from a key to the next. */
  int step() {
    return step;
  }

  /** How many keys there are. */
  int count() {
    return (last - first) / step + 1;
  }
}
