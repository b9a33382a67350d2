// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.CommandRequest;
import io.wisp.transport.tcp.command.CommandTimer;
import io.wisp.transport.tcp.command.Continuation;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;

/** Runs commands, and replies with an error instead of what does not fit into memory. */
final class CommandRunner {

  private final CommandRequest request;
  private final Execution execution;

  /** What is kept of a command that goes on in steps, and how long they took. */
  private List<byte[]> kept = List.of();

  private long keptNanos;

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

  /**
   * Runs a command that has all its arguments, and looks how long it takes if it may be long; or
   * keeps it for later, if that is what its client wants.
   */
  void runWhole(Command command) {
    if (execution.transaction().queues(command)) {
      execution.transaction().queue(command, request);
      return;
    }
    CommandTimer timer = request.timer();
    boolean timed = timer.times(request.arguments()) || execution.transaction().isLong();
    long began = timed ? System.nanoTime() : 0;
    run(command);
    if (execution.rest() != null) {
      kept = timer.keep(request.arguments());
      keptNanos = 0;
    } else if (timed) {
      timer.took(System.nanoTime() - began, request);
    }
  }

  /**
   * Runs a command of many steps for all its keys at one moment.
   *
   * @return whether it did; if not, nothing was replied
   */
  boolean tryWhole(Command command) {
    CommandTimer timer = request.timer();
    boolean timed = timer.times(request.arguments());
    long began = timed ? System.nanoTime() : 0;
    boolean done = command.handler().tryWhole(request);
    if (done && timed) {
      timer.took(System.nanoTime() - began, request);
    }
    return done;
  }

  /** Does a step of a long command; the answer is whether there is more to do. */
  boolean goOn(Continuation rest) {
    execution.countAsStep();
    int mark = request.reply().output().size();
    long began = System.nanoTime();
    boolean more = false;
    try {
      more = rest.next(request.reply());
    } catch (BufferLimitException e) {
      replaceReply(mark);
    } finally {
      keptNanos += System.nanoTime() - began;
      if (!more) {
        execution.endSteps();
        request.timer().took(keptNanos, kept, request);
        kept = List.of();
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
