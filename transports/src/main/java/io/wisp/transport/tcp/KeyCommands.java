package io.wisp.transport.tcp;

import io.wisp.store.Status;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The commands about keys, whatever their values. */
final class KeyCommands {

  /** How large the reply of KEYS may become. */
  static final int MAX_KEYS_BYTES = 64 << 20;

  /** How many bytes of keys end a step of SCAN early. */
  static final int SCAN_BYTES = 256 << 10;

  /** Keys asked of the store at a time, so that a few of the longest exceed no limit by much. */
  private static final int BATCH = 16;

  private static final int DEFAULT_COUNT = 10;

  private static final Pattern CURSOR = Pattern.compile("([+-]?[0-9]+)?");

  private KeyCommands() {}

  static void type(Request request) {
    Status status = request.store().get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().simple(status == Status.FOUND ? "string" : "none");
    }
  }

  static void size(Request request) {
    request.reply().integer(request.store().size());
  }

  static void flush(Request request) {
    Arguments arguments = request.arguments();
    boolean understood =
        arguments.count() == 1
            || (arguments.count() == 2 && (arguments.is(1, "ASYNC") || arguments.is(1, "SYNC")));
    if (understood) {
      request.store().clear();
      request.reply().ok();
    } else {
      request.reply().error(Errors.SYNTAX);
    }
  }

  static void randomKey(Request request) {
    KeyCollector collector = new KeyCollector(request.scratch(), null, NativeBuffer.MAX_CAPACITY);
    if (request.store().randomKey(collector) == Status.FOUND) {
      request.reply().output().append(request.scratchContent());
    } else {
      request.reply().absent();
    }
  }

  static void keys(Request request) {
    GlobPattern pattern = new GlobPattern(request.arguments().bytes(1));
    KeyCollector collector = new KeyCollector(request.scratch(), pattern, MAX_KEYS_BYTES);
    long cursor = 0;
    do {
      cursor = request.store().scan(cursor, BATCH, collector);
    } while (cursor != 0 && !collector.isFull());
    if (collector.isFull()) {
      request
          .reply()
          .error(
              "ERR the reply to KEYS would have more than "
                  + MAX_KEYS_BYTES
                  + " bytes; SCAN walks over the keys in steps");
    } else {
      collector.replyTo(request.reply());
    }
  }

  static void scan(Request request) {
    Arguments arguments = request.arguments();
    Long cursor = cursor(arguments);
    if (cursor == null) {
      request.reply().error("ERR invalid cursor");
      return;
    }
    GlobPattern pattern = null;
    boolean typeFits = true;
    long count = DEFAULT_COUNT;
    for (int index = 2; index < arguments.count(); index += 2) {
      if (index + 1 == arguments.count()) {
        request.reply().error(Errors.SYNTAX);
        return;
      }
      if (arguments.is(index, "MATCH")) {
        pattern = new GlobPattern(arguments.bytes(index + 1));
      } else if (arguments.is(index, "TYPE")) {
        typeFits = arguments.is(index + 1, "STRING");
      } else if (arguments.is(index, "COUNT")) {
        if (!arguments.isNumber(index + 1)) {
          request.reply().error(Errors.NOT_AN_INTEGER);
          return;
        }
        count = arguments.number();
      } else {
        count = 0;
      }
      if (count < 1) {
        request.reply().error(Errors.SYNTAX);
        return;
      }
    }
    scan(request, cursor, count, typeFits ? pattern : new GlobPattern(new byte[0]));
  }

  /** A cursor as C's strtoul takes it, by which Redis reads it; or null. */
  private static @Nullable Long cursor(Arguments arguments) {
    String text = arguments.text(1);
    if (!CURSOR.matcher(text).matches()) {
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

  private static void scan(Request request, long from, long count, @Nullable GlobPattern pattern) {
    // The last batch before the limit may exceed it, since what was walked over must be given.
    KeyCollector collector =
        new KeyCollector(request.scratch(), pattern, NativeBuffer.MAX_CAPACITY);
    long cursor = from;
    boolean wasDense;
    do {
      long before = collector.visited();
      int batch = (int) Math.min(BATCH, count - before);
      cursor = request.store().scan(cursor, batch, collector);
      // A batch that came short says that the store is nearly empty here; the client comes again.
      wasDense = collector.visited() - before >= batch;
    } while (wasDense
        && cursor != 0
        && collector.visited() < count
        && collector.bytes() < SCAN_BYTES);
    if (collector.isFull()) {
      request.reply().error(Errors.REPLY_TOO_LARGE);
      return;
    }
    ReplyWriter reply = request.reply();
    reply.array(2);
    reply.bulkUnsigned(cursor);
    collector.replyTo(reply);
  }
}
