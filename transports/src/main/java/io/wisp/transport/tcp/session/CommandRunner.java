// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.CommandRequest;
import io.wisp.transport.tcp.command.Continuation;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;

/** Runs commands, and replies with an error instead of what does not fit into memory. */
final class CommandRunner {

  private final CommandRequest request;
  private final Execution execution;

  /** Runs what one client asks for. */
  CommandRunner(CommandRequest request, Execution execution) {
    this.request = request;
    this.execution = execution;
  }

  /** Runs a command, or a step of one whose arguments are executed as they arrive. */
  void run(Command command) {
    int mark = request.reply().output().size();
    try {
      command.handler().execute(request);
    } catch (BufferLimitException e) {
      replaceReply(mark);
    }
  }

  /** Does a step of a long command; the answer is whether there is more to do. */
  boolean goOn(Continuation rest) {
    execution.countAsStep();
    int mark = request.reply().output().size();
    boolean more = false;
    try {
      more = rest.next(request.reply());
    } catch (BufferLimitException e) {
      replaceReply(mark);
    } finally {
      if (!more) {
        execution.close();
      }
    }
    return more;
  }

  private void replaceReply(int mark) {
    ReplyWriter reply = request.reply();
    reply.output().truncate(reply.output().start() + mark);
    reply.error(Errors.REPLY_TOO_LARGE);
  }
}
