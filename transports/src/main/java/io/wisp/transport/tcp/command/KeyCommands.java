// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The commands about keys, whatever their values. */
final class KeyCommands {

  /** How large the reply of KEYS may become. */
  static final int MAX_KEYS_BYTES = 64 << 20;

  /** How many bytes of keys end a step of SCAN early. */
  static final int SCAN_BYTES = 256 << 10;

  private static final int DEFAULT_COUNT = 10;

  private static final Pattern CURSOR = Pattern.compile("([+-]?[0-9]+)?");

  private KeyCommands() {}

  static void type(CommandRequest request) {
    Status status = request.store().get(request.key(1), request.found());
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
    Steps clearing = request.store().clearing();
    request
        .execution()
        .goOnWith(
            reply -> {
              if (clearing.next()) {
                return true;
              }
              reply.ok();
              return false;
            });
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
    request
        .execution()
        .goOnWith(
            reply -> {
              if (choosing.next()) {
                return true;
              }
              if (!given[0]) {
                reply.absent();
              }
              return false;
            });
  }

  static void keys(CommandRequest request) {
    GlobPattern pattern = pattern(request, 1);
    if (pattern != null) {
      request.execution().goOnWith(new Keys(request, pattern));
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

  private static final class Keys extends KeyWalk {

    Keys(CommandRequest request, GlobPattern pattern) {
      super(request, pattern, MAX_KEYS_BYTES, 0);
    }

    @Override
    long wanted() {
      return Long.MAX_VALUE;
    }

    @Override
    boolean endsEarly(KeyCollector collected, boolean wasDense) {
      return false;
    }

    @Override
    void begin(ReplyWriter reply, KeyCollector collected, long cursor) {
      reply.array(collected.collected());
    }

    @Override
    String tooMuch() {
      return "ERR the reply to KEYS would have more than "
          + MAX_KEYS_BYTES
          + " bytes; SCAN walks over the keys in steps";
    }
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
    request.execution().goOnWith(new Scan(request, wanted, cursor, count));
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

  private static final class Scan extends KeyWalk {

    private final long count;

    Scan(CommandRequest request, @Nullable GlobPattern pattern, long from, long count) {
      // The last batch before the limit may exceed it, since what was walked over must be given.
      super(request, pattern, NativeBuffer.MAX_CAPACITY, from);
      this.count = count;
    }

    @Override
    long wanted() {
      return count;
    }

    @Override
    boolean endsEarly(KeyCollector collected, boolean wasDense) {
      // A batch that came short says that the store is nearly empty here; the client comes again.
      return !wasDense || collected.bytes() >= SCAN_BYTES;
    }

    @Override
    void begin(ReplyWriter reply, KeyCollector collected, long cursor) {
      reply.array(2);
      reply.bulkUnsigned(cursor);
      reply.array(collected.collected());
    }

    @Override
    String tooMuch() {
      return Errors.REPLY_TOO_LARGE;
    }
  }
}
