// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.ReplyWriter;

/**
 * The rest of a command that is too long to be run at once. Its session does a step of it in each
 * turn and nothing else meanwhile; other connections have their turns in between.
 */
@FunctionalInterface
public interface Continuation extends AutoCloseable {

  /**
   * Does a step, of about a millisecond at most, and appends what there is of the reply.
   *
   * @return whether there is more to do
   */
  boolean next(ReplyWriter reply);

  /** The memory of connections that it holds, in bytes. */
  default long heldBytes() {
    return 0;
  }

  /** Gives back the memory that it holds, whether it came to its end or not. */
  @Override
  default void close() {}
}
