// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.command.ClientTransaction;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.Command.Access;
import io.wisp.transport.tcp.command.CommandRequest;
import io.wisp.transport.tcp.command.CommandTimer;
import io.wisp.transport.tcp.command.Continuation;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.command.SlotCheck;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands, counts them, and replies with an error instead of what does not fit into memory.
 */
final class CommandRunner {

  private final CommandRequest request;
  private final Execution execution;
  private final @Nullable SlotCheck slots;

  /** What is kept of a command that goes on in steps, and how long they took. */
  private List<byte[]> kept = List.of();

  private long keptNanos;

  /** The slot of the command under way, if it has one, and its epoch when that began. */
  private int slot = SlotCheck.NO_SLOT;

  private long epoch;

  /** By which number the command under way is counted, and whether it was counted as failed. */
  private int counted = CommandRequest.NOT_COUNTED;

  private boolean failed;

  /**
   * Runs what one client asks for.
   *
   * @param slots which keys this node of a cluster has; null means all
   */
  CommandRunner(CommandRequest request, Execution execution, @Nullable SlotCheck slots) {
    this.request = request;
    this.execution = execution;
    this.slots = slots;
  }

  /** Begins a command whose arguments are executed as they arrive. */
  void beginSteps(Command command) {
    countCall(command.number());
    command.handler().begin(request);
  }

  /** Does a step of such a command. */
  void step(Command command) {
    long errors = request.errors();
    boolean writes = command.access() == Access.WRITE;
    if (writes && hasSlotLeft()) {
      // A step before this one may have written, and this one must not.
      execution.fail(Errors.SLOT_LEFT_A_WRITE);
      return;
    }
    int mark = request.reply().output().size();
    run(command);
    if (!writes && hasSlotLeft()) {
      execution.fail(Errors.SLOT_LEFT);
      if (request.reply().output().size() > mark) {
        replaceReply(mark, Errors.SLOT_LEFT);
      }
    }
    noteErrorsSince(errors);
  }

  /** Whether the slot of the command under way has left, so that its records may be gone. */
  private boolean hasSlotLeft() {
    return slots != null && slot != SlotCheck.NO_SLOT && slots.hasLeft(slot, epoch);
  }

  /** Ends such a command. */
  void endSteps(Command command) {
    long errors = request.errors();
    command.handler().end(request);
    noteErrorsSince(errors);
  }

  private void countCall(int number) {
    counted = number;
    failed = false;
    if (number != CommandRequest.NOT_COUNTED) {
      request.counters().countCall(number);
    }
  }

  /**
   * Counts the command under way as failed, once, if errors were replied since there were so many.
   */
  private void noteErrorsSince(long errors) {
    if (request.errors() != errors && counted != CommandRequest.NOT_COUNTED && !failed) {
      failed = true;
      request.counters().countFailed(counted);
    }
  }

  private void run(Command command) {
    int mark = request.reply().output().size();
    try {
      command.handler().execute(request);
    } catch (BufferLimitException e) {
      replaceReply(mark, Errors.REPLY_TOO_LARGE);
    }
  }

  /** Whether this node is not the one for a command that has all its arguments: then it says so. */
  boolean redirects(Command command) {
    SlotCheck check = slots;
    if (check == null) {
      return false;
    }
    ClientTransaction transaction = execution.transaction();
    String redirection =
        check.redirectionOf(command, request.arguments(), transaction, execution.takeAsking());
    slot = check.slot();
    epoch = check.epoch();
    if (redirection == null) {
      return false;
    }
    request.counters().countRejected(command.number());
    request.reply().error(transaction.redirected(command, redirection));
    return true;
  }

  /**
   * Runs a command that has all its arguments and is for this node, and looks how long it takes if
   * it may be long; or keeps it for later, if that is what its client wants.
   */
  void runWhole(Command command) {
    if (execution.transaction().queues(command)) {
      execution.transaction().queue(command, request);
      return;
    }
    CommandTimer timer = request.timer();
    boolean timed = timer.times(request.arguments()) || execution.transaction().isLong();
    boolean writes = command.access() == Access.WRITE || execution.transaction().writes();
    long errors = request.errors();
    request.countAs(command.number());
    int mark = request.reply().output().size();
    long began = timed ? System.nanoTime() : 0;
    run(command);
    if (!writes && hasSlotLeft()) {
      execution.endSteps();
      replaceReply(mark, Errors.SLOT_LEFT);
    }
    countCall(request.counted());
    noteErrorsSince(errors);
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
    long errors = request.errors();
    int mark = request.reply().output().size();
    boolean done = command.handler().tryWhole(request);
    if (done && hasSlotLeft()) {
      replaceReply(mark, Errors.SLOT_LEFT);
    }
    if (done) {
      countCall(command.number());
      noteErrorsSince(errors);
    }
    if (done && timed) {
      timer.took(System.nanoTime() - began, request);
    }
    return done;
  }

  /** Does a step of a long command; the answer is whether there is more to do. */
  boolean goOn(Continuation rest) {
    execution.countAsStep();
    int mark = request.reply().output().size();
    long errors = request.errors();
    long began = System.nanoTime();
    boolean more = false;
    try {
      more = rest.next(request.reply());
    } catch (BufferLimitException e) {
      replaceReply(mark, Errors.REPLY_TOO_LARGE);
    } finally {
      keptNanos += System.nanoTime() - began;
      noteErrorsSince(errors);
      if (!more) {
        execution.endSteps();
        request.timer().took(keptNanos, kept, request);
        kept = List.of();
      }
    }
    return more;
  }

  private void replaceReply(int mark, String error) {
    ReplyWriter reply = request.reply();
    reply.output().truncate(reply.output().start() + mark);
    reply.error(error);
  }
}
