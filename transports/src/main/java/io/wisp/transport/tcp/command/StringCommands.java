// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.WriteCondition;
import io.wisp.transport.tcp.resp.BulkSink;
import io.wisp.transport.tcp.resp.Errors;
import java.util.concurrent.TimeUnit;

/** The commands that read and write one value. Their arguments follow the command's name. */
final class StringCommands {

  private StringCommands() {}

  static void get(CommandRequest request) {
    BulkSink bulk = request.bulk();
    Status status = request.store().get(request.key(1), bulk);
    reply(request, status, bulk);
  }

  /** Replies with the value that was found, if what was done to it came to a good end. */
  static void reply(CommandRequest request, Status status, BulkSink found) {
    if (status.isError()) {
      request.fail(status);
      return;
    }
    request.countRead(found.isFound());
    if (!found.isFound()) {
      request.reply().absent();
    } else if (found.isFull()) {
      throw request.buffers().shortage(found.valueLength());
    } else {
      found.append();
    }
  }

  static void setIfAbsent(CommandRequest request) {
    Status status = request.store().putIfAbsent(request.key(1), request.value(2));
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().bool(status == Status.CREATED);
    }
  }

  static void setEx(CommandRequest request) {
    setExpiring(request, TimeUnit.SECONDS, "setex");
  }

  static void setPx(CommandRequest request) {
    setExpiring(request, TimeUnit.MILLISECONDS, "psetex");
  }

  private static void setExpiring(CommandRequest request, TimeUnit unit, String command) {
    if (!request.arguments().isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    long expiresAt = Expiry.after(request.arguments().number(), unit, request.now());
    if (expiresAt == Expiry.INVALID) {
      request.fail(Errors.invalidExpiry(command));
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

  static void length(CommandRequest request) {
    Status status = request.get(request.key(1), request.found());
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().integer(status == Status.FOUND ? request.found().valueLength() : 0);
    }
  }
}
