// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client's conversation: takes the bytes of requests from a buffer, and appends their replies
 * to another. It knows nothing of sockets, never throws for what a client sends, and needs bounded
 * memory whatever that is:
 *
 * <ul>
 *   <li>a request is executed in place when all its bytes are there; {@link #needed} says how many
 *       there must be, and no request of more than {@link #MAX_REQUEST_LENGTH} is waited for;
 *   <li>a command of arbitrarily many arguments is executed step by step as they arrive, or has no
 *       more than {@link Command#MAX_KEYS} keys;
 *   <li>a request that is refused is skipped as it arrives;
 *   <li>a turn ends after {@link #REQUESTS_PER_TURN} requests, keys or steps, or after a step of a
 *       command that is long however short its request is. What a command does with one value is
 *       done at once, because the value may change between two steps: of the longest it copies 64
 *       MiB;
 *   <li>nothing is executed while {@link #OUTPUT_LIMIT} bytes of replies wait to be sent, so the
 *       output exceeds it by one reply, or one element of a reply, at most.
 * </ul>
 *
 * <p>The sessions of a thread share a {@link SessionContext}.
 */
final class RespSession implements AutoCloseable {

  /** How a call of {@link #execute} ended. */
  enum Progress {
    /** All that could be executed was; more bytes are needed. */
    NEED_INPUT,
    /** The output has to be sent before more is executed. */
    OUTPUT_FULL,
    /** There is more to do, and it is somebody else's turn. */
    TURN_OVER,
    /** The output has to be sent, and then the connection closed. */
    CLOSE
  }

  /** The longest request of a command that is not executed step by step. */
  static final int MAX_REQUEST_LENGTH = (64 << 20) + (1 << 20);

  /** How many bytes of replies may wait before no more requests are executed. */
  static final int OUTPUT_LIMIT = 32 << 10;

  /** How many requests, or steps of requests, are executed in a turn. */
  static final int REQUESTS_PER_TURN = 1024;

  /** As how many requests a step of a long command counts. */
  private static final int REQUESTS_PER_STEP = REQUESTS_PER_TURN / 8;

  private enum Phase {
    /** A request begins. */
    REQUEST,
    /** Arguments follow of a command that is executed step by step. */
    STEPS,
    /** Arguments follow of a request that was refused. */
    SKIP
  }

  private final SessionContext context;
  private final ClientInfo client;
  private boolean authenticated;
  private int protocol = 2;
  private boolean closing;
  private int needed;

  private Phase phase = Phase.REQUEST;
  private @Nullable Command command;
  private @Nullable Continuation continuation;
  private int turnLeft;

  /** Arguments that had not arrived when the request at the front of the input was last read. */
  private int missingArguments;

  /** Where in that request they begin. */
  private int scannedBytes;

  private int remainingArguments;
  private int skipBytes;
  private @Nullable UnknownCommand unknown;
  private long tally;
  private @Nullable String failure;

  /** The request in this buffer was an inline one, and goes before the rest of the input. */
  private @Nullable NativeBuffer inline;

  private int searchedForEndOfLine;

  RespSession(SessionContext context, ClientInfo client) {
    this.context = context;
    this.client = client;
    authenticated = context.request().server().password() == null;
  }

  /**
   * Executes the requests that the input holds, as far as the output's limit lets it. Consumes
   * their bytes and appends their replies.
   */
  Progress execute(NativeBuffer input, NativeBuffer output) {
    Request request = context.request();
    request.begin(this, output);
    needed = 0;
    turnLeft = REQUESTS_PER_TURN;
    while (!closing) {
      if (output.size() >= OUTPUT_LIMIT) {
        return Progress.OUTPUT_FULL;
      }
      if (continuation != null) {
        if (proceed(continuation)) {
          return Progress.TURN_OVER;
        }
      } else if (inline == null && input.isEmpty()) {
        return Progress.NEED_INPUT;
      } else if (turnLeft-- <= 0) {
        return Progress.TURN_OVER;
      } else if (inline != null) {
        executeInline(inline);
      } else if (!advance(input)) {
        return Progress.NEED_INPUT;
      }
    }
    return Progress.CLOSE;
  }

  /** Lets the command that is being executed go on in steps; the first is done at once. */
  void goOnWith(Continuation rest) {
    continuation = rest;
  }

  /** Says that the command being executed takes as long as a step of a long one. */
  void countAsStep() {
    turnLeft -= REQUESTS_PER_STEP;
  }

  /** Does a step of a command; the answer is whether there is more to do. */
  private boolean proceed(Continuation running) {
    countAsStep();
    Request request = context.request();
    int mark = request.reply().output().size();
    boolean more = false;
    try {
      more = running.next(request);
    } catch (BufferLimitException e) {
      replaceReply(mark);
    } finally {
      if (!more) {
        continuation = null;
        running.close();
      }
    }
    return more;
  }

  /** The memory that a command holds between its steps, in bytes. */
  long heldBytes() {
    return continuation == null ? 0 : continuation.heldBytes();
  }

  /** Where commands that go on in steps take memory from. */
  BufferPool buffers() {
    return context.buffers();
  }

  /** How many bytes the input must hold at least for the next step; 0 if that is not known. */
  int needed() {
    return needed;
  }

  private boolean advance(NativeBuffer input) {
    return switch (phase) {
      case REQUEST -> beginRequest(input);
      case STEPS -> executeStep(input);
      case SKIP -> skip(input);
    };
  }

  private boolean beginRequest(NativeBuffer input) {
    MemorySegment memory = input.memory();
    int start = input.start();
    int end = input.end();
    if (memory.get(ValueLayout.JAVA_BYTE, start) != '*') {
      return beginInline(input);
    }
    int outcome = scan(input);
    if (outcome != RequestParser.COMPLETE) {
      return stop(outcome, start);
    }
    RequestParser parser = context.parser();
    outcome = parser.readArgumentCount(memory, start, end, authenticated);
    if (outcome != RequestParser.COMPLETE) {
      return stop(outcome, start);
    }
    int count = parser.number();
    if (count <= 0) {
      input.consumeTo(parser.next());
      return true;
    }
    int nameAt = parser.next();
    outcome = parser.readBulk(memory, nameAt, end, authenticated);
    if (outcome != RequestParser.COMPLETE) {
      if (outcome == RequestParser.INCOMPLETE && nameIsTooLong(memory, nameAt, end)) {
        return refuseUnknown(input, count, parser.offset(), parser.length());
      }
      return stop(outcome, start);
    }
    Command found = context.commands().find(memory, parser.offset(), parser.length());
    if (found == null) {
      return refuseUnknown(input, count, parser.offset(), parser.length());
    }
    String refusal = refusalOf(found, count);
    if (refusal != null) {
      context.request().reply().error(refusal);
      return beginSkip(input, parser.next(), count - 1, 0);
    }
    return found.isStreamed()
        ? beginSteps(found, count - 1, input)
        : executeWhole(found, count, input);
  }

  private @Nullable String refusalOf(Command found, int count) {
    if (!found.acceptsCount(count) || !found.divides(count)) {
      return Errors.wrongArity(found.name());
    }
    if (!authenticated && found.access() != Command.Access.CONNECTION) {
      return Errors.NOT_AUTHENTICATED;
    }
    if (found.isStreamed() || count <= found.maxCount()) {
      return null;
    }
    return found.takesManyKeys() ? Errors.tooManyKeys(found.name()) : Errors.SYNTAX;
  }

  private boolean executeWhole(Command found, int count, NativeBuffer input) {
    RequestParser parser = context.parser();
    Arguments arguments = context.request().arguments();
    MemorySegment memory = input.memory();
    int end = input.end();
    arguments.begin(memory);
    arguments.add(parser.offset(), parser.length());
    for (int i = 1; i < count; i++) {
      int at = parser.next();
      int outcome = parser.readBulk(memory, at, end, authenticated);
      if (outcome != RequestParser.COMPLETE) {
        missingArguments = count - i;
        scannedBytes = at - input.start();
        return stop(outcome, input.start());
      }
      arguments.add(parser.offset(), parser.length());
    }
    int behind = parser.next();
    context.counters().executed().increment();
    if (found.takesManyKeys()) {
      turnLeft -= count / found.step() - 1;
    }
    run(found);
    input.consumeTo(behind);
    return true;
  }

  /**
   * Looks for the arguments that were missing when the input was last read, so that a request that
   * arrives in many pieces is not read from its beginning with each. The answer is the parser's.
   */
  private int scan(NativeBuffer input) {
    RequestParser parser = context.parser();
    for (; missingArguments > 0; missingArguments--) {
      int at = input.start() + scannedBytes;
      int outcome = parser.readBulk(input.memory(), at, input.end(), authenticated);
      if (outcome != RequestParser.COMPLETE) {
        return outcome;
      }
      scannedBytes = parser.next() - input.start();
    }
    return RequestParser.COMPLETE;
  }

  private void run(Command toRun) {
    Request request = context.request();
    int mark = request.reply().output().size();
    try {
      toRun.handler().execute(request);
    } catch (BufferLimitException e) {
      replaceReply(mark);
    }
  }

  /** Replies with an error instead of what does not fit into memory. */
  private void replaceReply(int mark) {
    ReplyWriter reply = context.request().reply();
    reply.output().truncate(reply.output().start() + mark);
    reply.error(Errors.REPLY_TOO_LARGE);
  }

  private boolean beginSteps(Command found, int arguments, NativeBuffer input) {
    context.counters().executed().increment();
    input.consumeTo(context.parser().next());
    phase = Phase.STEPS;
    command = found;
    remainingArguments = arguments;
    tally = 0;
    failure = null;
    found.handler().begin(context.request());
    return true;
  }

  private boolean executeStep(NativeBuffer input) {
    Command running = Objects.requireNonNull(command);
    RequestParser parser = context.parser();
    Arguments arguments = context.request().arguments();
    MemorySegment memory = input.memory();
    int at = input.start();
    arguments.begin(memory);
    for (int i = 0; i < running.step(); i++) {
      int outcome = parser.readBulk(memory, at, input.end(), authenticated);
      if (outcome != RequestParser.COMPLETE) {
        return stop(outcome, input.start());
      }
      arguments.add(parser.offset(), parser.length());
      at = parser.next();
    }
    run(running);
    input.consumeTo(at);
    remainingArguments -= running.step();
    if (remainingArguments == 0) {
      phase = Phase.REQUEST;
      running.handler().end(context.request());
    }
    return true;
  }

  private boolean nameIsTooLong(MemorySegment memory, int at, int end) {
    RequestParser parser = context.parser();
    return parser.readBulkHeader(memory, at, end, authenticated) == RequestParser.COMPLETE
        && parser.length() > UnknownCommand.MAX_LENGTH
        && parser.offset() + UnknownCommand.MAX_LENGTH <= end;
  }

  private boolean refuseUnknown(NativeBuffer input, int count, int nameOffset, int nameLength) {
    int shown = Math.min(nameLength, UnknownCommand.MAX_LENGTH);
    unknown = new UnknownCommand(input.memory(), nameOffset, shown);
    return beginSkip(input, nameOffset + shown, count - 1, nameLength - shown + 2);
  }

  private boolean beginSkip(NativeBuffer input, int from, int arguments, int bytes) {
    context.counters().executed().increment();
    input.consumeTo(from);
    phase = Phase.SKIP;
    remainingArguments = arguments;
    skipBytes = bytes;
    endSkip();
    return true;
  }

  private boolean skip(NativeBuffer input) {
    if (skipBytes > 0) {
      int skipped = Math.min(skipBytes, input.size());
      input.consumeTo(input.start() + skipped);
      skipBytes -= skipped;
      endSkip();
      return true;
    }
    RequestParser parser = context.parser();
    int outcome = parser.readBulkHeader(input.memory(), input.start(), input.end(), authenticated);
    if (outcome != RequestParser.COMPLETE) {
      return stop(outcome, input.start());
    }
    if (unknown != null) {
      int shown = Math.min(parser.length(), unknown.room());
      if (parser.offset() + shown > input.end()) {
        needed = parser.offset() + shown - input.start();
        return false;
      }
      unknown.add(input.memory(), parser.offset(), shown);
    }
    remainingArguments--;
    skipBytes = parser.length() + 2;
    input.consumeTo(parser.offset());
    return true;
  }

  private void endSkip() {
    if (skipBytes > 0 || remainingArguments > 0) {
      return;
    }
    phase = Phase.REQUEST;
    if (unknown != null) {
      context.request().reply().error(unknown.error());
      unknown = null;
    }
  }

  private boolean beginInline(NativeBuffer input) {
    MemorySegment memory = input.memory();
    int start = input.start();
    int at = start + searchedForEndOfLine;
    while (at < input.end() && memory.get(ValueLayout.JAVA_BYTE, at) != '\n') {
      at++;
    }
    if (at - start > InlineRequest.MAX_LENGTH) {
      protocolError("too big inline request");
      return true;
    }
    if (at == input.end()) {
      searchedForEndOfLine = at - start;
      needed = at - start + 1;
      return false;
    }
    searchedForEndOfLine = 0;
    byte[] line = memory.asSlice(start, at - start).toArray(ValueLayout.JAVA_BYTE);
    input.consumeTo(at + 1);
    List<byte[]> words = InlineRequest.words(line);
    if (words == null) {
      protocolError("unbalanced quotes in request");
    } else if (!words.isEmpty()) {
      beginInline(words);
    }
    return true;
  }

  private void beginInline(List<byte[]> words) {
    String name = new String(words.getFirst(), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    if (name.equals("post") || name.equals("host:")) {
      // A browser that was tricked into sending us a form: what follows is not from its user.
      context.counters().malformed().increment();
      closing = true;
      return;
    }
    int length = ReplyWriter.MAX_HEADER_LENGTH;
    for (byte[] word : words) {
      length += ReplyWriter.MAX_HEADER_LENGTH + word.length + 2;
    }
    NativeBuffer buffer = context.buffers().take(length);
    ReplyWriter writer = new ReplyWriter(buffer);
    writer.array(words.size());
    words.forEach(writer::bulk);
    inline = buffer;
  }

  private void executeInline(NativeBuffer buffer) {
    advance(buffer);
    if (buffer.isEmpty()) {
      context.buffers().give(buffer);
      inline = null;
    }
  }

  private boolean stop(int outcome, int start) {
    if (outcome == RequestParser.INVALID) {
      protocolError(context.parser().error());
      return true;
    }
    needed = context.parser().needed() - start;
    if (needed > MAX_REQUEST_LENGTH) {
      protocolError("a request of more than " + MAX_REQUEST_LENGTH + " bytes");
      return true;
    }
    return false;
  }

  /** Says that the client sends no more, and whether it has left bytes that were not consumed. */
  void endOfInput(boolean hasRest) {
    if (hasRest || phase != Phase.REQUEST) {
      context.counters().malformed().increment();
    }
  }

  private void protocolError(String what) {
    context.counters().malformed().increment();
    context.request().reply().error("ERR Protocol error: " + what);
    closing = true;
  }

  ClientInfo client() {
    return client;
  }

  int protocol() {
    return protocol;
  }

  /** Speaks another version of the protocol from the current reply on. */
  void protocol(int protocol) {
    this.protocol = protocol;
    client.protocol(protocol);
    context.request().reply().protocol(protocol);
  }

  boolean isAuthenticated() {
    return authenticated;
  }

  void authenticated(boolean authenticated) {
    this.authenticated = authenticated;
  }

  /** Closes the connection when the current reply has been sent. */
  void closeAfterReply() {
    closing = true;
  }

  CommandTable commands() {
    return context.commands();
  }

  /** How many arguments the command that is executed step by step still has, this step included. */
  int remainingArguments() {
    return remainingArguments;
  }

  /** What a command that is executed step by step has counted so far. */
  long tally() {
    return tally;
  }

  void count(long amount) {
    tally += amount;
  }

  /** Why a command that is executed step by step has failed, or null. */
  @Nullable String failure() {
    return failure;
  }

  void fail(String error) {
    failure = error;
  }

  /** Gives back the memory that this session holds. */
  @Override
  public void close() {
    if (continuation != null) {
      continuation.close();
      continuation = null;
    }
    if (inline != null) {
      context.buffers().give(inline);
      inline = null;
    }
  }
}
