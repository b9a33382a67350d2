package io.wisp.transport.tcp;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;

/** The commands that take a value for a number and change it. */
final class CounterCommands {

  private CounterCommands() {}

  static void increment(Request request) {
    add(request, 1);
  }

  static void decrement(Request request) {
    add(request, -1);
  }

  static void incrementBy(Request request) {
    if (request.arguments().isNumber(2)) {
      add(request, request.arguments().number());
    } else {
      request.reply().error(Errors.NOT_AN_INTEGER);
    }
  }

  static void decrementBy(Request request) {
    if (!request.arguments().isNumber(2)) {
      request.reply().error(Errors.NOT_AN_INTEGER);
    } else if (request.arguments().number() == Long.MIN_VALUE) {
      request.reply().error("ERR decrement would overflow");
    } else {
      add(request, -request.arguments().number());
    }
  }

  private static void add(Request request, long amount) {
    Store store = request.store();
    Slice key = request.key(1);
    Status written;
    long sum;
    do {
      WorkingCopy copy = request.copy(Decimal.MAX_LENGTH);
      Status found = store.get(key, copy);
      boolean present = found == Status.FOUND;
      if (present && (copy.isFull() || !copy.isNumber())) {
        request.reply().error(Errors.NOT_AN_INTEGER);
        return;
      }
      long old = present ? copy.number() : 0;
      sum = old + amount;
      if (((old ^ sum) & (amount ^ sum)) < 0) {
        request.reply().error(Errors.OVERFLOW);
        return;
      }
      copy.setNumber(sum);
      written =
          present
              ? store.compareAndSet(key, copy.value(), copy.version())
              : store.putIfAbsent(key, copy.value());
    } while (written == Status.CONFLICT);
    if (written.isError()) {
      request.fail(written);
    } else {
      request.reply().integer(sum);
    }
  }
}
