package io.wisp.transport.tcp;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import java.util.concurrent.TimeUnit;

/** The commands that read and write one value. Their arguments follow the command's name. */
final class StringCommands {

  private static final String TOO_LONG =
      "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

  private StringCommands() {}

  static void get(Request request) {
    BulkSink bulk = request.bulk();
    Status status = request.store().get(request.key(1), bulk);
    if (status == Status.FOUND && !bulk.isFull()) {
      return;
    }
    bulk.rollBack();
    refuse(request, status);
  }

  /** Replies for a value that is not there or cannot be sent. */
  static void refuse(Request request, Status status) {
    if (status == Status.FOUND) {
      request.reply().error(Errors.REPLY_TOO_LARGE);
    } else if (status == Status.ABSENT) {
      request.reply().absent();
    } else {
      request.fail(status);
    }
  }

  static void setIfAbsent(Request request) {
    Status status = request.store().putIfAbsent(request.key(1), request.value(2));
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().bool(status == Status.CREATED);
    }
  }

  static void setEx(Request request) {
    setExpiring(request, TimeUnit.SECONDS, "setex");
  }

  static void setPx(Request request) {
    setExpiring(request, TimeUnit.MILLISECONDS, "psetex");
  }

  private static void setExpiring(Request request, TimeUnit unit, String command) {
    if (!request.arguments().isNumber(2)) {
      request.reply().error(Errors.NOT_AN_INTEGER);
      return;
    }
    long expiresAt = Expiry.after(request.arguments().number(), unit, request.now());
    if (expiresAt == Expiry.INVALID) {
      request.reply().error(Errors.invalidExpiry(command));
      return;
    }
    Slice key = request.key(1);
    Status status =
        request.store().write(key, request.value(3), WriteCondition.ALWAYS, 0, expiresAt);
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().ok();
    }
  }

  static void getSet(Request request) {
    exchange(request, WriteCondition.ALWAYS, Store.NEVER);
  }

  /**
   * Replies with the old value of the key in the first argument, and writes that in the second if
   * the condition holds; nobody writes in between.
   */
  static void exchange(Request request, WriteCondition condition, long expiresAt) {
    Store store = request.store();
    Slice key = request.key(1);
    Slice value = request.value(2);
    Status written;
    BulkSink old;
    do {
      old = request.bulk();
      Status found = store.get(key, old);
      boolean present = found == Status.FOUND;
      if (!present || old.isFull()) {
        old.rollBack();
        refuse(request, found);
        if (found != Status.ABSENT) {
          return;
        }
      }
      if (condition == (present ? WriteCondition.IF_ABSENT : WriteCondition.IF_PRESENT)) {
        return;
      }
      written =
          present
              ? store.write(key, value, WriteCondition.IF_VERSION, old.version(), expiresAt)
              : store.write(key, value, WriteCondition.IF_ABSENT, 0, expiresAt);
      if (written == Status.CONFLICT) {
        old.rollBack();
      }
    } while (written == Status.CONFLICT);
    if (written.isError()) {
      old.rollBack();
      request.fail(written);
    }
  }

  static void getDelete(Request request) {
    Store store = request.store();
    Slice key = request.key(1);
    while (true) {
      BulkSink old = request.bulk();
      Status found = store.get(key, old);
      if (found != Status.FOUND || old.isFull()) {
        old.rollBack();
        refuse(request, found);
        return;
      }
      Status deleted = store.deleteIfVersion(key, old.version());
      if (deleted == Status.DELETED) {
        return;
      }
      old.rollBack();
      if (deleted.isError()) {
        request.fail(deleted);
        return;
      }
    }
  }

  static void length(Request request) {
    Status status = request.store().get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().integer(status == Status.FOUND ? request.found().length() : 0);
    }
  }

  static void append(Request request) {
    Store store = request.store();
    Slice key = request.key(1);
    Slice more = request.value(2);
    while (true) {
      WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH - more.length());
      Status found = store.get(key, copy);
      if (found.isError()) {
        request.fail(found);
        return;
      }
      if (copy.isFull() || !copy.append(more)) {
        request.reply().error(TOO_LONG);
        return;
      }
      int length = copy.length();
      Status written =
          found == Status.FOUND
              ? store.compareAndSet(key, copy.value(), copy.version())
              : store.putIfAbsent(key, copy.value());
      if (written.isError()) {
        request.fail(written);
        return;
      }
      if (written != Status.CONFLICT) {
        request.reply().integer(length);
        return;
      }
    }
  }
}
