// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The commands about keys, whatever their values. */
final class KeyCommands {

  private static final int DEFAULT_COUNT = 10;

  private static final Pattern CURSOR = Pattern.compile("([+-]?[0-9]+)?");

  private KeyCommands() {}

  static void type(CommandRequest request) {
    Status status = request.get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().simple(status == Status.FOUND ? "string" : "none");
    }
  }

  static void size(CommandRequest request) {
    request.reply().integer(request.store().size());
  }

  static void flush(CommandRequest request) {
    Arguments arguments = request.arguments();
    boolean understood =
        arguments.count() == 1
            || (arguments.count() == 2 && (arguments.is(1, "ASYNC") || arguments.is(1, "SYNC")));
    if (!understood) {
      request.fail(Errors.SYNTAX);
      return;
    }
    inSteps(request, request.store().clearing(), ReplyWriter::ok);
  }

  static void randomKey(CommandRequest request) {
    boolean[] given = new boolean[1];
    Steps choosing =
        request
            .store()
            .choosingKey(
                (segment, offset, length) -> {
                  given[0] = true;
                  request.reply().bulk(segment, offset, length);
                });
    inSteps(
        request,
        choosing,
        reply -> {
          if (!given[0]) {
            reply.absent();
          }
        });
  }

  /** Does long work, and then what ends its reply. */
  private static void inSteps(CommandRequest request, Steps work, Consumer<ReplyWriter> end) {
    request
        .execution()
        .goOnWith(
            reply -> {
              boolean more = work.next();
              if (!more) {
                end.accept(reply);
              }
              return more;
            });
  }

  static void keys(CommandRequest request) {
    GlobPattern pattern = pattern(request, 1);
    if (pattern != null) {
      request.execution().goOnWith(KeyWalk.overAll(request, pattern));
    }
  }

  /** The pattern in an argument; null, and an error was replied, if it is too long. */
  private static @Nullable GlobPattern pattern(CommandRequest request, int index) {
    Arguments arguments = request.arguments();
    if (arguments.length(index) > GlobPattern.MAX_LENGTH) {
      request.fail(Errors.patternTooLong(arguments.length(index), GlobPattern.MAX_LENGTH));
      return null;
    }
    return new GlobPattern(arguments.bytes(index));
  }

  static void scan(CommandRequest request) {
    Arguments arguments = request.arguments();
    Long cursor = cursor(arguments);
    if (cursor == null) {
      request.fail("ERR invalid cursor");
      return;
    }
    GlobPattern pattern = null;
    boolean typeFits = true;
    long count = DEFAULT_COUNT;
    for (int index = 2; index < arguments.count(); index += 2) {
      if (index + 1 == arguments.count()) {
        request.fail(Errors.SYNTAX);
        return;
      }
      if (arguments.is(index, "MATCH")) {
        pattern = pattern(request, index + 1);
        if (pattern == null) {
          return;
        }
      } else if (arguments.is(index, "TYPE")) {
        typeFits = arguments.is(index + 1, "STRING");
      } else if (arguments.is(index, "COUNT")) {
        if (!arguments.isNumber(index + 1)) {
          request.fail(Errors.NOT_AN_INTEGER);
          return;
        }
        count = arguments.number();
      } else {
        count = 0;
      }
      if (count < 1) {
        request.fail(Errors.SYNTAX);
        return;
      }
    }
    GlobPattern wanted = typeFits ? pattern : new GlobPattern(new byte[0]);
    request.execution().goOnWith(KeyWalk.from(cursor, request, wanted, count));
  }

  /** A cursor as C's strtoul takes it, by which Redis reads it; or null. */
  private static @Nullable Long cursor(Arguments arguments) {
    String text = arguments.text(1);
    if (arguments.length(1) > Arguments.MAX_TEXT_LENGTH || !CURSOR.matcher(text).matches()) {
      return null;
    }
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    try {
      long number = digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits);
      return negative ? -number : number;
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }
}
