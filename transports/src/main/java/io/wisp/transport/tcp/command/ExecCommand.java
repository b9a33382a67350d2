// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.Status;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** EXEC: carries out what its client has queued, at one moment. */
final class ExecCommand implements Command.Handler {

  /** The longest reply, in bytes: it is held as a whole. */
  private static final int MAX_REPLY_LENGTH = (64 << 20) + (1 << 20);

  private static final String REPLY_TOO_LONG =
      "ERR the reply would have more than " + MAX_REPLY_LENGTH + " bytes, and nothing was changed";

  /**
   * As how many short requests what it carries out may count, repetitions included. Others on the
   * same thread wait meanwhile.
   */
  static final int MAX_WORK = 1 << 21;

  static final String TOO_MUCH_WORK =
      "ERR the commands of the transaction take too long together, and nothing was changed";

  /** Why nothing was written although no error was met. */
  private enum Hindrance {
    NONE,
    WATCHED_KEY_CHANGED,
    REPLY_TOO_LONG,
    TOO_MUCH_WORK,
    NO_MEMORY_FOR_REPLY
  }

  private final QueuedCommands commands;
  private final Runnable work = this::runAll;
  private @Nullable CommandRequest request;
  private Hindrance hindrance = Hindrance.NONE;
  private int protocol;

  /** Carries out commands of a table. */
  ExecCommand(CommandTable table) {
    commands = new QueuedCommands(table);
  }

  @Override
  public void execute(CommandRequest request) {
    ClientTransaction transaction = request.execution().transaction();
    if (!transaction.isOpen()) {
      request.fail(Errors.EXEC_WITHOUT_MULTI);
      return;
    }
    this.request = request;
    try {
      if (transaction.isRefused()) {
        request.fail(Errors.ABORTED);
      } else {
        carryOut(request);
      }
    } finally {
      this.request = null;
      transaction.close();
    }
  }

  private void carryOut(CommandRequest request) {
    protocol = request.client().protocol();
    hindrance = Hindrance.NONE;
    Arguments arguments = request.arguments();
    MemorySegment ownMemory = arguments.memory();
    int ownOffset = arguments.offset(0);
    int ownLength = arguments.length(0);
    int ownNumber = request.counted();
    long errors = request.errors();
    Status status = Status.CONFLICT;
    try {
      status = request.transact(work);
    } catch (BufferLimitException e) {
      hindrance = Hindrance.NO_MEMORY_FOR_REPLY;
    }
    arguments.begin(ownMemory);
    arguments.add(ownOffset, ownLength);
    request.client().lastCommand("exec");
    request.countAs(ownNumber);
    request.disregardErrorsSince(errors);
    if (status == Status.DONE) {
      commands.count(request.counters());
    } else {
      speak(request);
      explain(status, request);
    }
  }

  /** Replies why nothing was written. */
  private void explain(Status status, CommandRequest request) {
    if (status.isError()) {
      request.fail(Errors.aborted(Errors.of(status)));
      return;
    }
    switch (hindrance) {
      case WATCHED_KEY_CHANGED -> request.reply().absentArray();
      case REPLY_TOO_LONG -> request.fail(Errors.aborted(REPLY_TOO_LONG));
      case TOO_MUCH_WORK -> request.fail(Errors.aborted(TOO_MUCH_WORK));
      case NO_MEMORY_FOR_REPLY -> request.fail(Errors.aborted(Errors.REPLY_TOO_LARGE));
      case NONE -> throw new IllegalStateException("the store answered " + status);
    }
  }

  /** Speaks the protocol of the beginning: HELLO may have been one of the commands. */
  private void speak(CommandRequest request) {
    request.client().protocol(protocol);
    request.reply().protocol(protocol);
  }

  private void runAll() {
    CommandRequest request = Objects.requireNonNull(this.request);
    ClientTransaction transaction = request.execution().transaction();
    hindrance = Hindrance.NONE;
    commands.clear();
    speak(request);
    ClusterMember member = request.server().member();
    boolean areHere = member == null || transaction.watched().areServed(member.place());
    if (!areHere || !transaction.watched().areUnchanged(request.transaction())) {
      hinder(Hindrance.WATCHED_KEY_CHANGED, request);
      return;
    }
    int before = request.reply().output().size();
    request.reply().array(transaction.count());
    if (transaction.count() > 0) {
      commands.begin(transaction.requests());
    }
    for (int left = transaction.count(); left > 0; left--) {
      request.execution().count(1);
      commands.runNext(request);
      if (request.reply().output().size() - before > MAX_REPLY_LENGTH) {
        hinder(Hindrance.REPLY_TOO_LONG, request);
        return;
      }
      if (request.execution().counted() > MAX_WORK) {
        hinder(Hindrance.TOO_MUCH_WORK, request);
        return;
      }
    }
  }

  private void hinder(Hindrance hindrance, CommandRequest request) {
    this.hindrance = hindrance;
    request.transaction().rollBack();
  }
}
