// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** LCS key1 key2 [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]. */
final class LcsCommand {

  private LcsCommand() {}

  static void execute(CommandRequest request) {
    LcsReply reply = new LcsReply();
    String error = readOptions(request.arguments(), reply);
    if (!error.isEmpty()) {
      request.fail(error);
      return;
    }
    CommonSubsequence work = new CommonSubsequence(request.buffers(), reply);
    boolean goesOn = false;
    try {
      goesOn = begin(request, work);
    } finally {
      if (!goesOn) {
        work.close();
      }
    }
  }

  private static String readOptions(Arguments arguments, LcsReply reply) {
    for (int index = 3; index < arguments.count(); index++) {
      if (arguments.is(index, "LEN")) {
        reply.asLength();
      } else if (arguments.is(index, "IDX")) {
        reply.asMatches();
      } else if (arguments.is(index, "WITHMATCHLEN")) {
        reply.withMatchLengths();
      } else if (arguments.is(index, "MINMATCHLEN") && index + 1 < arguments.count()) {
        index++;
        if (!arguments.isNumber(index)) {
          return Errors.NOT_AN_INTEGER;
        }
        reply.minMatchLength(arguments.number());
      } else {
        return Errors.SYNTAX;
      }
    }
    return reply.isAmbiguous()
        ? "ERR If you want both the length and indexes, please just use IDX."
        : "";
  }

  /** Takes both values; the answer is whether it goes on, or else an error was replied. */
  private static boolean begin(CommandRequest request, CommonSubsequence work) {
    for (int index = 1; index <= 2; index++) {
      Status status = request.get(request.key(index), work);
      if (status.isError()) {
        request.fail(status);
        return false;
      }
      request.execution().countBytes(work.isFound() ? work.valueLength() : 0);
      work.take();
    }
    String error = work.makeRoom();
    if (error.isEmpty()) {
      request.execution().goOnWith(work);
    } else {
      request.fail(error);
    }
    return error.isEmpty();
  }
}
