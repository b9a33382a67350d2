// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Status;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** The commands that read bits of a value. */
final class BitCommands {

  private final ValueRange range = new ValueRange();
  private final PartSink part = new PartSink(range);

  /** Whether an argument is the offset of a bit that a value can have; then it is the number. */
  static boolean isBitOffset(Arguments arguments, int index) {
    return arguments.isNumber(index)
        && arguments.number() >= 0
        && arguments.number() >>> 3 < Limits.MAX_VALUE_LENGTH;
  }

  void get(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!isBitOffset(arguments, 2)) {
      request.fail(Errors.NOT_A_BIT_OFFSET);
      return;
    }
    range.setBit(arguments.number());
    Status status = part.read(request);
    if (!hasFailed(request, status)) {
      request.reply().bool(status == Status.FOUND && part.countOnes() == 1);
    }
  }

  void count(CommandRequest request) {
    String error = readCountedRange(request.arguments());
    if (!error.isEmpty()) {
      failIfPresent(request, error, 0);
      return;
    }
    Status status = part.read(request);
    if (!hasFailed(request, status)) {
      request.reply().integer(status == Status.FOUND ? part.countOnes() : 0);
    }
  }

  private String readCountedRange(Arguments arguments) {
    int count = arguments.count();
    range.begin();
    if (count == 2) {
      return "";
    }
    if (count != 4 && count != 5) {
      return Errors.SYNTAX;
    }
    if (!range.readStart(arguments, 2) || !range.readEnd(arguments, 3)) {
      return Errors.NOT_AN_INTEGER;
    }
    if (range.isBackwards()) {
      range.setEmpty();
      return "";
    }
    return count == 5 && !range.readUnit(arguments, 4) ? Errors.SYNTAX : "";
  }

  void position(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    if (arguments.number() != 0 && arguments.number() != 1) {
      request.fail("ERR The bit argument must be 1 or 0.");
      return;
    }
    boolean one = arguments.number() == 1;
    // A key that is absent is an endless row of zeros.
    long ifAbsent = one ? -1 : 0;
    String error = readSearchedRange(arguments);
    if (!error.isEmpty()) {
      failIfPresent(request, error, ifAbsent);
      return;
    }
    Status status = part.read(request);
    if (!hasFailed(request, status)) {
      request.reply().integer(status == Status.FOUND ? find(one, arguments.count()) : ifAbsent);
    }
  }

  private String readSearchedRange(Arguments arguments) {
    int count = arguments.count();
    range.begin();
    if (count > 6) {
      return Errors.SYNTAX;
    }
    if (count > 3 && !range.readStart(arguments, 3)) {
      return Errors.NOT_AN_INTEGER;
    }
    if (count == 6 && !range.readUnit(arguments, 5)) {
      return Errors.SYNTAX;
    }
    return count > 4 && !range.readEnd(arguments, 4) ? Errors.NOT_AN_INTEGER : "";
  }

  private long find(boolean one, int arguments) {
    long found = part.findBit(one);
    boolean hasEnd = arguments > 4;
    // Zeros follow a value if the client named no end.
    return found < 0 && !one && !hasEnd && !range.isEmpty() ? 8L * part.valueLength() : found;
  }

  /** As in Redis, which looks at a range only where there is a key. */
  private static void failIfPresent(CommandRequest request, String error, long ifAbsent) {
    Status status = request.get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.FOUND) {
      request.fail(error);
    } else {
      request.reply().integer(ifAbsent);
    }
  }

  private boolean hasFailed(CommandRequest request, Status status) {
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.FOUND && part.isFull()) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else {
      return false;
    }
    return true;
  }
}
