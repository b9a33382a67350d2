// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with: its arguments, the store, and where its reply goes. One serves all
 * sessions of a thread, so that a request allocates nothing.
 */
final class Request implements AutoCloseable {

  private final Store store;
  private final ServerView server;
  private final Arguments arguments = new Arguments();
  private final NativeBuffer scratch;
  private final ReplyWriter reply;
  private final BulkSink bulk;
  private final RecordSink found = new RecordSink();
  private final WorkingCopy copy;
  private final Slice key = new Slice();
  private final Slice value = new Slice();
  private @Nullable RespSession session;

  /**
   * @param scratch memory for commands to work in, which this request closes
   */
  Request(Store store, ServerView server, NativeBuffer scratch) {
    this.store = store;
    this.server = server;
    this.scratch = scratch;
    reply = new ReplyWriter(scratch);
    bulk = new BulkSink(scratch);
    copy = new WorkingCopy(scratch);
  }

  /** Turns to a session, whose replies go into a buffer. */
  void begin(RespSession session, NativeBuffer output) {
    this.session = session;
    reply.begin(output, session.protocol());
  }

  Store store() {
    return store;
  }

  ServerView server() {
    return server;
  }

  RespSession session() {
    return Objects.requireNonNull(session);
  }

  Arguments arguments() {
    return arguments;
  }

  ReplyWriter reply() {
    return reply;
  }

  /** Now, in milliseconds since the epoch, by the clock that expiries are compared with. */
  long now() {
    return store.currentTimeMillis();
  }

  /** A slice at an argument that is a key; the last one that was asked for is valid. */
  Slice key(int index) {
    return arguments.slice(index, key);
  }

  /** A slice at an argument that is a value; the last one that was asked for is valid. */
  Slice value(int index) {
    return arguments.slice(index, value);
  }

  /** The sink that appends a value to the reply, ready for the next. */
  BulkSink bulk() {
    bulk.turnTo(reply.output());
    return bulk;
  }

  /** A sink for what there is to know of a record beyond its value. */
  RecordSink found() {
    return found;
  }

  /** The sink that copies a value of at most so many bytes to change it. It uses the scratch. */
  WorkingCopy copy(int maxLength) {
    copy.limit(maxLength);
    return copy;
  }

  /** Memory to work in, empty. */
  NativeBuffer scratch() {
    scratch.clear();
    return scratch;
  }

  /** The same memory with what was written into it. */
  NativeBuffer scratchContent() {
    return scratch;
  }

  /** Replies with the error of a status. */
  void fail(Status status) {
    reply.error(Errors.of(status));
  }

  /** Gives back what a large request needed beyond the usual; no command is under way. */
  void trim() {
    if (scratch.capacity() > LoopBuffers.RETAINED) {
      scratch.shrink();
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
