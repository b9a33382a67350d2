// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.tcp.resp.Errors;

/** DEL and EXISTS: look at each key, a step for each, and reply with how many there were. */
abstract class CountKeysCommand implements Command.Handler {

  static CountKeysCommand delete() {
    return new CountKeysCommand() {
      @Override
      Status look(CommandRequest request, Slice key) {
        return request.store().delete(key);
      }
    };
  }

  static CountKeysCommand exists() {
    return new CountKeysCommand() {
      @Override
      Status look(CommandRequest request, Slice key) {
        return request.get(key, request.found());
      }
    };
  }

  abstract Status look(CommandRequest request, Slice key);

  @Override
  public void execute(CommandRequest request) {
    Status status = look(request, request.key(0));
    if (status.isError()) {
      request.execution().fail(Errors.of(status));
    } else if (status != Status.ABSENT) {
      request.execution().countOne();
    }
  }

  @Override
  public void end(CommandRequest request) {
    String failure = request.execution().failure();
    if (failure == null) {
      request.reply().integer(request.execution().tally());
    } else {
      request.fail(failure);
    }
  }
}
