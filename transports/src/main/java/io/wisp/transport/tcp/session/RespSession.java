// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.ClientState.Replies;
import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.Continuation;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.RequestParser;
import io.wisp.transport.tcp.resp.RequestParser.Outcome;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation: takes the bytes of requests from a buffer, and appends their replies
 * to another. It knows nothing of sockets, never throws for what a client sends, and needs bounded
 * memory whatever that is:
 *
 * <ul>
 *   <li>a request is executed in place when all its bytes are there; {@link #needed} says how many
 *       there must be, and one of more than {@link WholeRequest#MAX_LENGTH} is refused;
 *   <li>a command of arbitrarily many arguments is executed step by step as they arrive, or has no
 *       more than {@link Command#MAX_KEYS} keys;
 *   <li>a request that is refused is skipped as it arrives, and so is the end of a key that is too
 *       long;
 *   <li>what is queued for a transaction has limits, in requests and in bytes;
 *   <li>a turn ends after {@link Execution#REQUESTS_PER_TURN} requests, keys or steps, or after a
 *       step of a command that is long however short its request is. What a command does with one
 *       value is done at once, because the value may change between two steps: of the longest it
 *       copies 64 MiB;
 *   <li>nothing is executed while {@link Execution#OUTPUT_LIMIT} bytes of replies wait to be sent,
 *       so the output exceeds it by one reply, or one element of a reply, at most.
 * </ul>
 *
 * <p>The sessions of a thread share a {@link SessionContext}, and are that thread's.
 */
public final class RespSession implements AutoCloseable {

  /** How a call of {@link #execute} ended. */
  public enum Progress {
    /** All that could be executed was; more bytes are needed. */
    NEED_INPUT,
    /** The output has to be sent before more is executed. */
    OUTPUT_FULL,
    /** There is more to do, and it is somebody else's turn. */
    TURN_OVER,
    /** The next command waits until it may write, or what was written has happened. */
    WAITS,
    /** The output has to be sent, and then the connection closed. */
    CLOSE
  }

  private final SessionContext context;
  private final ClientState client;
  private final Execution execution;
  private final CommandRunner runner;
  private final WholeRequest whole;
  private final SkippedRequest skipped = new SkippedRequest();
  private final InlineInput inline;
  private final WriteAdmission admission;

  /** The command whose arguments are executed as they arrive, or null. */
  private @Nullable Command streamed;

  private int needed;

  /** Whether the next command may not run now. */
  private boolean waits;

  /** A conversation with a client, on the thread of the context. */
  public RespSession(SessionContext context, ClientState client) {
    this.context = context;
    this.client = client;
    execution = new Execution(context.buffers(), client);
    runner = new CommandRunner(context.request(), execution, context.slots());
    whole = new WholeRequest(context.parser());
    inline = new InlineInput(context.buffers());
    admission = new WriteAdmission(context.gate(), execution);
  }

  /**
   * Executes the requests that the input holds, as far as the output's limit lets it. Consumes
   * their bytes and appends their replies.
   */
  public Progress execute(NativeBuffer input, NativeBuffer output) {
    context.request().begin(client, execution, output);
    context.ahead().begin();
    execution.beginTurn();
    needed = 0;
    waits = false;
    admission.beginTurn();
    while (!client.isClosing()) {
      Continuation rest = execution.rest();
      int mark = output.size();
      if (output.size() >= Execution.OUTPUT_LIMIT) {
        return Progress.OUTPUT_FULL;
      } else if (rest != null) {
        boolean more = runner.goOn(rest);
        dropUnwanted(output, mark);
        admission.replied(mark, output.size(), !more);
        if (more || admission.endsTurn()) {
          return Progress.TURN_OVER;
        }
      } else if (inline.request() == null && input.isEmpty()) {
        return Progress.NEED_INPUT;
      } else if (execution.isTurnOver()) {
        return Progress.TURN_OVER;
      } else if (!executeNext(input)) {
        return waits ? Progress.WAITS : Progress.NEED_INPUT;
      } else {
        dropUnwanted(output, mark);
        admission.replied(mark, output.size(), streamed == null && execution.rest() == null);
        if (admission.endsTurn()) {
          return Progress.TURN_OVER;
        }
      }
    }
    return Progress.CLOSE;
  }

  /** Takes back what was just replied if the client does not want it: see CLIENT REPLY. */
  private void dropUnwanted(NativeBuffer output, int mark) {
    if (client.replies() != Replies.ON) {
      // It was made all the same, and fills no output that would end the turn.
      execution.countBytes(output.size() - mark);
      output.truncate(output.start() + mark);
      if (streamed == null
          && skipped.isOver()
          && execution.rest() == null
          && inline.request() == null) {
        client.endRequest();
      }
    }
  }

  private boolean executeNext(NativeBuffer input) {
    execution.count(1);
    NativeBuffer typed = inline.request();
    if (typed == null) {
      if (client.isAuthenticated()) {
        context.ahead().look(input);
      }
      return advance(input);
    }
    advance(typed);
    if (waits) {
      return false;
    }
    if (typed.isEmpty()) {
      inline.close();
    }
    return true;
  }

  /** Does the next thing with the input; the answer is whether it held enough for that. */
  private boolean advance(NativeBuffer input) {
    context.parser().begin(input, client.isAuthenticated());
    if (!skipped.isOver()) {
      return skip(input);
    }
    return streamed == null ? beginRequest(input) : executeStep(streamed, input);
  }

  private boolean beginRequest(NativeBuffer input) {
    if (input.memory().get(ValueLayout.JAVA_BYTE, input.start()) != '*') {
      return takeLine(input);
    }
    RequestParser parser = context.parser();
    Outcome outcome = whole.awaitMissing(input);
    if (outcome == Outcome.COMPLETE) {
      outcome = parser.readArgumentCount();
    }
    if (outcome != Outcome.COMPLETE) {
      return stop(outcome, input);
    }
    int count = parser.number();
    if (count <= 0) {
      input.consumeTo(parser.next());
      return true;
    }
    outcome = parser.readBulk();
    boolean isThere = outcome == Outcome.COMPLETE || outcome == Outcome.INVALID;
    if (!isThere && isNameTooLong()) {
      return skipUnknown(input, count);
    }
    if (outcome != Outcome.COMPLETE) {
      return stop(outcome, input);
    }
    Command command = context.commands().find(input.memory(), parser.offset(), parser.length());
    if (command == null) {
      return skipUnknown(input, count);
    }
    String refusal = refusalOf(command, count);
    if (refusal != null) {
      return refuse(command, refusal, count - 1, input);
    }
    if (!admission.mayRun(command, count)) {
      return stopWaiting();
    }
    if (execution.transaction().queues(command) || !command.isStreamed()) {
      return executeWhole(command, count, input);
    }
    if (context.slots() != null) {
      return executeOfOneSlot(command, count, input);
    }
    return command.triesWhole(count)
        ? tryWhole(command, count, input)
        : beginSteps(command, count - 1, input);
  }

  private boolean isNameTooLong() {
    RequestParser parser = context.parser();
    return parser.readBulkHeader() == Outcome.COMPLETE
        && parser.length() > SkippedRequest.MAX_QUOTED_LENGTH
        && parser.has(SkippedRequest.MAX_QUOTED_LENGTH);
  }

  private @Nullable String refusalOf(Command command, int count) {
    boolean isQueued = execution.transaction().queues(command);
    // As in Redis, which looks whether a value is missing when it executes a request.
    if (!command.acceptsCount(count) || !(isQueued || command.divides(count))) {
      return Errors.wrongArity(command.name());
    }
    if (!client.isAuthenticated() && command.access() != Command.Access.CONNECTION) {
      return Errors.NOT_AUTHENTICATED;
    }
    if (isQueued && Command.isRefusedInTransactions(command.name())) {
      return Errors.NOT_IN_TRANSACTION;
    }
    boolean runsAsItArrives = command.isStreamed() && !isQueued && context.slots() == null;
    if (runsAsItArrives || count <= command.maxCount()) {
      return admission.refusalOf(command);
    }
    return command.takesManyKeys()
        ? Errors.tooManyKeys(command.name(), Command.MAX_KEYS)
        : Errors.SYNTAX;
  }

  /** Stops in front of a command that may not run now. */
  private boolean stopWaiting() {
    waits = true;
    return false;
  }

  /** Replies with an error instead of executing, and skips the arguments that are still to come. */
  private boolean refuse(Command command, String error, int arguments, NativeBuffer input) {
    context.request().reply().error(execution.transaction().refused(command, error));
    context.request().counters().countRejected(command.number());
    context.counters().countExecuted();
    input.consumeTo(context.parser().next());
    skipped.begin(0, arguments);
    return true;
  }

  private boolean executeWhole(Command command, int count, NativeBuffer input) {
    Outcome outcome = whole.read(input, count, context.request().arguments());
    if (outcome != Outcome.COMPLETE) {
      return stopBefore(command, outcome, count, input);
    }
    int behind = context.parser().next();
    context.counters().countExecuted();
    if (command.takesManyKeys()) {
      execution.count(count / command.step() - 1);
    }
    client.lastCommand(command.name());
    if (runner.redirects(command)) {
      admission.takeBack();
    } else {
      runner.runWhole(command);
    }
    input.consumeTo(behind);
    return true;
  }

  /** Does not run a command whose arguments are not all there, or too large. */
  private boolean stopBefore(Command command, Outcome outcome, int count, NativeBuffer input) {
    admission.takeBack();
    if (outcome != Outcome.TOO_LARGE) {
      return stop(outcome, input);
    }
    int read = context.request().arguments().count();
    return refuse(command, whole.refusal(command, read), count - read, input);
  }

  /** Runs a command for all its keys together, or begins its steps if that cannot be. */
  private boolean tryWhole(Command command, int count, NativeBuffer input) {
    RequestParser parser = context.parser();
    int behindName = parser.next();
    Outcome outcome = whole.readShort(input, count, context.request().arguments());
    if (outcome != Outcome.COMPLETE && outcome != Outcome.TOO_LARGE) {
      return stopBefore(command, outcome, count, input);
    }
    return runWholeOrBeginSteps(command, count, outcome == Outcome.COMPLETE, behindName, input);
  }

  /**
   * Executes a command that may otherwise run for each key as it arrives: a node of a cluster sees
   * all keys first, for it carries out a command for all of them or for none.
   */
  private boolean executeOfOneSlot(Command command, int count, NativeBuffer input) {
    RequestParser parser = context.parser();
    int behindName = parser.next();
    Outcome outcome = whole.read(input, count, context.request().arguments());
    if (outcome != Outcome.COMPLETE) {
      return stopBefore(command, outcome, count, input);
    }
    if (runner.redirects(command)) {
      admission.takeBack();
      context.counters().countExecuted();
      execution.count(count / command.step() - 1);
      client.lastCommand(command.name());
      input.consumeTo(parser.next());
      return true;
    }
    return runWholeOrBeginSteps(command, count, command.triesWhole(count), behindName, input);
  }

  private boolean runWholeOrBeginSteps(
      Command command, int count, boolean triesWhole, int behindName, NativeBuffer input) {
    RequestParser parser = context.parser();
    int behind = parser.next();
    client.lastCommand(command.name());
    if (!triesWhole || !runner.tryWhole(command)) {
      parser.seek(behindName);
      return beginSteps(command, count - 1, input);
    }
    context.counters().countExecuted();
    execution.count(count / command.step() - 1);
    input.consumeTo(behind);
    return true;
  }

  private boolean beginSteps(Command command, int arguments, NativeBuffer input) {
    context.counters().countExecuted();
    input.consumeTo(context.parser().next());
    streamed = command;
    client.lastCommand(command.name());
    execution.beginStreaming(arguments);
    runner.beginSteps(command);
    return true;
  }

  /** A key that is too long is so by its beginning already: the rest of it is skipped. */
  private boolean executeStep(Command command, NativeBuffer input) {
    if (!admission.mayStep(command)) {
      return stopWaiting();
    }
    RequestParser parser = context.parser();
    Outcome outcome = parser.readKey();
    if (outcome != Outcome.COMPLETE && outcome != Outcome.TOO_LARGE) {
      return stop(outcome, input);
    }
    Arguments arguments = context.request().arguments();
    arguments.begin(input.memory());
    arguments.add(parser.offset(), parser.length());
    int behind = parser.next();
    runner.step(command);
    input.consumeTo(behind);
    if (outcome == Outcome.TOO_LARGE) {
      skipped.begin(parser.rest(), 0);
    }
    if (execution.executed()) {
      streamed = null;
      runner.endSteps(command);
    }
    return true;
  }

  private boolean skipUnknown(NativeBuffer input, int count) {
    RequestParser parser = context.parser();
    int quoted = Math.min(parser.length(), SkippedRequest.MAX_QUOTED_LENGTH);
    context.counters().countExecuted();
    execution.transaction().refuse();
    skipped.unknown(input.memory(), parser.offset(), quoted);
    skipped.begin(parser.length() - quoted + 2, count - 1);
    input.consumeTo(parser.offset() + quoted);
    return true;
  }

  private boolean skip(NativeBuffer input) {
    Outcome outcome = skipped.drop(input, context.parser());
    if (outcome != Outcome.COMPLETE) {
      return stop(outcome, input);
    }
    String error = skipped.isOver() ? skipped.takeError() : null;
    if (error != null) {
      context.request().reply().error(error);
    }
    return true;
  }

  private boolean takeLine(NativeBuffer input) {
    switch (inline.take(input)) {
      case INCOMPLETE -> {
        needed = inline.needed();
        return false;
      }
      case TOO_LONG -> protocolError("too big inline request");
      case UNBALANCED_QUOTES -> protocolError("unbalanced quotes in request");
      case OF_HTTP -> {
        context.counters().countMalformed();
        client.closeAfterReply();
      }
      case TAKEN -> {}
    }
    return true;
  }

  private boolean stop(Outcome outcome, NativeBuffer input) {
    if (outcome == Outcome.INVALID) {
      protocolError(context.parser().error());
      return true;
    }
    needed = context.parser().needed() - input.start();
    return false;
  }

  private void protocolError(String what) {
    context.counters().countMalformed();
    context.request().reply().error("ERR Protocol error: " + what);
    client.closeAfterReply();
  }

  /** Says that the client sends no more, and whether it has left bytes that were not consumed. */
  public void endOfInput(boolean hasRest) {
    if (hasRest || streamed != null || !skipped.isOver()) {
      context.counters().countMalformed();
    }
  }

  /** How many bytes the input must hold at least for the next step; 0 if that is not known. */
  public int needed() {
    return needed;
  }

  /** The memory that it holds for a command between its steps, and for a transaction, in bytes. */
  public long heldBytes() {
    return execution.heldBytes();
  }

  /** The part of it that is for what the client has queued and watches, in bytes. */
  public long transactionBytes() {
    return execution.transaction().heldBytes();
  }

  /** The replies of the last turn that count only if the entry of that turn happens. */
  public HeldReplies heldReplies() {
    return admission.heldReplies();
  }

  /** Whose conversation it is. */
  public ClientState client() {
    return client;
  }

  /** Gives back the memory that this session holds. */
  @Override
  public void close() {
    execution.close();
    inline.close();
  }
}
