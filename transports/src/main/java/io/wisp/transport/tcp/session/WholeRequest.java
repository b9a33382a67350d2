// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.store.Limits;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;

/**
 * Waits for all arguments of a request. It remembers how far it came, so that a request that
 * arrives in many pieces is not read from its beginning with each. A request that is too large is
 * known by what is announced of it, and not waited for.
 */
final class WholeRequest {

  /** The longest that is waited for, in bytes: a value and all that may stand beside it. */
  static final int MAX_LENGTH = Limits.MAX_VALUE_LENGTH + (1 << 20);

  /** The same of one that may as well be executed for one key after the other. */
  static final int MAX_SHORT_LENGTH = 1 << 20;

  private final RequestParser parser;
  private int maxLength = MAX_LENGTH;
  private int maxArgument = Limits.MAX_VALUE_LENGTH;
  private int missing;
  private int scanned;
  private boolean tooLong;

  /** Reads with a parser, which stands at the input's start at each call. */
  WholeRequest(RequestParser parser) {
    this.parser = parser;
  }

  /**
   * Looks for the arguments that were missing when the request was last read. It is complete for
   * now if they are there, and if they are too large: {@link #read} will say so.
   */
  Outcome awaitMissing(NativeBuffer input) {
    int start = parser.next();
    for (; missing > 0; missing--) {
      parser.seek(input.start() + scanned);
      Outcome outcome = readArgument(input);
      if (outcome == Outcome.TOO_LARGE) {
        missing = 0;
        break;
      }
      if (outcome != Outcome.COMPLETE) {
        return outcome;
      }
      scanned = parser.next() - input.start();
    }
    parser.seek(start);
    return Outcome.COMPLETE;
  }

  private Outcome readArgument(NativeBuffer input) {
    int begin = parser.next();
    Outcome outcome = parser.readBulk(maxArgument);
    int end = outcome == Outcome.INCOMPLETE ? parser.needed() : parser.next();
    tooLong = end - input.start() > maxLength;
    if (!tooLong) {
      return outcome;
    }
    parser.seek(begin);
    return Outcome.TOO_LARGE;
  }

  /**
   * Reads the arguments behind a command's name, which the parser has just read. If one is too
   * large, those before it are among the arguments, and the parser stands before it.
   */
  Outcome read(NativeBuffer input, int count, Arguments arguments) {
    maxLength = MAX_LENGTH;
    maxArgument = Limits.MAX_VALUE_LENGTH;
    return readWithin(input, count, arguments);
  }

  /** {@link #read} of one whose arguments are keys, and which is too large if it is not short. */
  Outcome readShort(NativeBuffer input, int count, Arguments arguments) {
    maxLength = MAX_SHORT_LENGTH;
    maxArgument = Limits.MAX_KEY_LENGTH;
    return readWithin(input, count, arguments);
  }

  private Outcome readWithin(NativeBuffer input, int count, Arguments arguments) {
    arguments.begin(input.memory());
    arguments.add(parser.offset(), parser.length());
    for (int i = 1; i < count; i++) {
      Outcome outcome = readArgument(input);
      if (outcome == Outcome.TOO_LARGE) {
        return outcome;
      }
      if (outcome != Outcome.COMPLETE) {
        missing = count - i;
        scanned = parser.next() - input.start();
        return outcome;
      }
      arguments.add(parser.offset(), parser.length());
    }
    return Outcome.COMPLETE;
  }

  /** The error that tells a client of what was too large: of a command, the argument so far. */
  String refusal(Command command, int argument) {
    if (tooLong) {
      return Errors.requestTooLong(MAX_LENGTH);
    } else if (command.isKeyAt(argument)) {
      return Errors.KEY_TOO_LARGE;
    }
    return command.access() == Command.Access.WRITE
        ? Errors.VALUE_TOO_LARGE
        : Errors.argumentTooLong(parser.length(), Limits.MAX_VALUE_LENGTH);
  }
}
