// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.resp.BulkSink;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * MGET key [key ...]: all at one moment, or a step for each key. What cannot be a key is absent.
 */
final class GetManyCommand implements Command.Handler {

  /** A reply of so many bytes is held as a whole, a longer one is sent as it is made. */
  private static final int MAX_WHOLE_REPLY_LENGTH = 1 << 20;

  private final Runnable work = this::getAll;
  private @Nullable CommandRequest request;

  @Override
  public boolean tryWhole(CommandRequest request) {
    this.request = request;
    try {
      return request.transact(work) == Status.DONE;
    } catch (BufferLimitException e) {
      return false;
    } finally {
      this.request = null;
    }
  }

  private void getAll() {
    CommandRequest request = Objects.requireNonNull(this.request);
    int before = request.reply().output().size();
    int count = request.arguments().count();
    request.reply().array(count - 1);
    for (int i = 1; i < count; i++) {
      if ((i - 1) % Prefetcher.MAX_KEYS == 0) {
        request.prefetch(i);
      }
      get(request.key(i), request);
      if (request.reply().output().size() - before > MAX_WHOLE_REPLY_LENGTH) {
        request.transaction().rollBack();
        return;
      }
    }
  }

  @Override
  public void begin(CommandRequest request) {
    request.reply().array(request.execution().remainingArguments());
  }

  @Override
  public void execute(CommandRequest request) {
    get(request.key(0), request);
  }

  private static void get(Slice key, CommandRequest request) {
    BulkSink bulk = request.bulk();
    Status status = request.store().get(key, bulk);
    StringCommands.reply(request, status.isError() ? Status.ABSENT : status, bulk);
  }
}
