// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.lang.foreign.MemorySegment;

/** The error for a command that there is not, in Redis's words; quotes the first arguments. */
final class UnknownCommand {

  /** How much of the name, and how much of all the arguments, is quoted. */
  static final int MAX_LENGTH = Errors.MAX_QUOTED_LENGTH;

  private final String name;
  private final StringBuilder arguments = new StringBuilder();

  UnknownCommand(MemorySegment memory, int nameOffset, int nameLength) {
    name = Errors.quoted(memory, nameOffset, nameLength);
  }

  /** How much of the next argument can be quoted. */
  int room() {
    return Math.max(0, MAX_LENGTH - arguments.length());
  }

  /** Quotes the beginning of the next argument, if there is room for any. */
  void add(MemorySegment memory, int offset, int length) {
    if (room() > 0) {
      arguments.append('\'').append(Errors.quoted(memory, offset, length)).append("' ");
    }
  }

  String error() {
    return "ERR unknown command '" + name + "', with args beginning with: " + arguments;
  }
}
