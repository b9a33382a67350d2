// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/** Runs commands of a client's queue, which were accepted when they were queued. */
final class QueuedCommands {

  private final CommandTable table;
  private final RequestParser parser = new RequestParser();

  /** By which numbers those that ran are counted, and which of them failed. */
  private int[] counted = new int[16];

  private final BitSet failed = new BitSet();
  private int ran;

  /** Finds the commands in a table. */
  QueuedCommands(CommandTable table) {
    this.table = table;
  }

  /** Forgets those that ran. */
  void clear() {
    ran = 0;
    failed.clear();
  }

  /** Goes to the first of these. */
  void begin(NativeBuffer requests) {
    parser.begin(requests, true);
  }

  /** Counts those that ran, since nobody has to run them again. */
  void count(CommandCounters counters) {
    for (int i = 0; i < ran; i++) {
      if (counted[i] != CommandRequest.NOT_COUNTED) {
        counters.countCall(counted[i]);
        if (failed.get(i)) {
          counters.countFailed(counted[i]);
        }
      }
    }
  }

  /** Runs the next one. */
  void runNext(CommandRequest request) {
    long errors = request.errors();
    run(request);
    if (ran == counted.length) {
      counted = Arrays.copyOf(counted, 2 * ran);
    }
    counted[ran] = request.counted();
    failed.set(ran, request.errors() != errors);
    ran++;
  }

  private void run(CommandRequest request) {
    require(parser.readArgumentCount());
    int count = parser.number();
    require(parser.readBulk());
    Command command =
        Objects.requireNonNull(
            table.find(parser.memory(), parser.offset(), parser.length()),
            "a command was queued that there is not");
    request.countAs(command.number());
    Arguments arguments = request.arguments();
    arguments.begin(parser.memory());
    if (command.isStreamed()) {
      runSteps(command, count - 1, request);
      return;
    }
    add(arguments);
    readInto(arguments, count - 1);
    if (!command.divides(count)) {
      request.fail(Errors.wrongArity(command.name()));
      return;
    }
    CommandTimer timer = request.timer();
    boolean timed = timer.times(arguments);
    long began = timed ? System.nanoTime() : 0;
    command.handler().execute(request);
    if (request.execution().rest() != null) {
      // None of those that go on in steps is queued; the steps would come behind the reply.
      request.execution().endSteps();
      request.fail(Errors.NOT_IN_TRANSACTION);
    }
    if (timed) {
      timer.took(System.nanoTime() - began, request);
    }
  }

  private void runSteps(Command command, int count, CommandRequest request) {
    Arguments arguments = request.arguments();
    Execution execution = request.execution();
    execution.beginStreaming(count);
    command.handler().begin(request);
    boolean isLast = false;
    while (!isLast) {
      arguments.begin(parser.memory());
      readInto(arguments, 1);
      command.handler().execute(request);
      isLast = execution.executed();
    }
    command.handler().end(request);
    execution.count(count - 1);
  }

  private void readInto(Arguments arguments, int count) {
    for (int i = 0; i < count; i++) {
      require(parser.readBulk());
      add(arguments);
    }
  }

  private void add(Arguments arguments) {
    arguments.add(parser.offset(), parser.length());
  }

  private static void require(Outcome outcome) {
    if (outcome != Outcome.COMPLETE) {
      throw new IllegalStateException("what was queued is no request");
    }
  }
}
