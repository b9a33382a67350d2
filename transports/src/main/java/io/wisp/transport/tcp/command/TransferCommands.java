// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * RENAME, RENAMENX and COPY: they give a key the value of another, and its expiry, at one moment.
 */
final class TransferCommands {

  private static final String SAME_KEY = "ERR source and destination objects are the same";

  /** How often a value is copied: to be read, to be written, and into its record. */
  private static final int COPIES = 3;

  private final Slice value = new Slice();
  private final Runnable transfer = this::transfer;
  private @Nullable CommandRequest request;
  private boolean replaces;
  private boolean removesSource;
  private boolean hasMemory;

  /** What the last transfer came to: what was found of the source, or what a write answered. */
  private Status outcome = Status.ABSENT;

  void rename(CommandRequest request) {
    if (areKeysEqual(request.arguments())) {
      replyToSameKey(request, true);
    } else if (transfer(request, true, true)) {
      if (outcome == Status.ABSENT) {
        request.fail(Errors.NO_SUCH_KEY);
      } else {
        request.reply().ok();
      }
    }
  }

  void renameIfAbsent(CommandRequest request) {
    if (areKeysEqual(request.arguments())) {
      replyToSameKey(request, false);
    } else if (transfer(request, false, true)) {
      if (outcome == Status.ABSENT) {
        request.fail(Errors.NO_SUCH_KEY);
      } else {
        request.reply().bool(outcome == Status.CREATED);
      }
    }
  }

  private static void replyToSameKey(CommandRequest request, boolean replaces) {
    Status status = request.store().get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.fail(Errors.NO_SUCH_KEY);
    } else if (replaces) {
      request.reply().ok();
    } else {
      request.reply().bool(false);
    }
  }

  /** COPY source destination [DB 0] [REPLACE]. */
  void copy(CommandRequest request) {
    Arguments arguments = request.arguments();
    String error = readOptions(arguments);
    if (!error.isEmpty()) {
      request.fail(error);
    } else if (areKeysEqual(arguments)) {
      request.fail(SAME_KEY);
    } else if (transfer(request, replaces, false)) {
      request.countRead(outcome != Status.ABSENT);
      request.reply().bool(outcome == Status.CREATED || outcome == Status.REPLACED);
    }
  }

  private String readOptions(Arguments arguments) {
    replaces = false;
    for (int index = 3; index < arguments.count(); index++) {
      if (arguments.is(index, "REPLACE")) {
        replaces = true;
      } else if (arguments.is(index, "DB") && index + 1 < arguments.count()) {
        index++;
        String error = ConnectionCommands.refusalOfDatabase(arguments, index);
        if (!error.isEmpty()) {
          return error;
        }
      } else {
        return Errors.SYNTAX;
      }
    }
    return "";
  }

  private static boolean areKeysEqual(Arguments arguments) {
    return arguments.areEqual(1, 2);
  }

  /** Whether it came to an {@link #outcome}; if not, an error was replied. */
  private boolean transfer(CommandRequest request, boolean replaces, boolean removesSource) {
    this.replaces = replaces;
    this.removesSource = removesSource;
    this.request = request;
    Status status;
    try {
      status = request.transact(transfer);
    } finally {
      this.request = null;
    }
    if (status.isError() || outcome.isError()) {
      request.fail(status.isError() ? status : outcome);
    } else if (!hasMemory) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else {
      return true;
    }
    return false;
  }

  private void transfer() {
    CommandRequest request = Objects.requireNonNull(this.request);
    Store store = request.store();
    WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH);
    hasMemory = true;
    outcome = store.get(request.key(1), copy);
    if (outcome != Status.FOUND) {
      return;
    }
    hasMemory = !copy.isFull();
    if (!hasMemory) {
      return;
    }
    copy.pointAtFound(value);
    request.execution().countBytes(COPIES * value.length());
    WriteCondition condition = replaces ? WriteCondition.ALWAYS : WriteCondition.IF_ABSENT;
    outcome = store.write(request.key(2), value, condition, 0, copy.expiresAt());
    boolean isWritten = outcome == Status.CREATED || outcome == Status.REPLACED;
    if (isWritten && removesSource) {
      store.delete(request.key(1));
    }
  }
}
