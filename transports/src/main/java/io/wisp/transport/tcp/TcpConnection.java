// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.Closing;
import io.wisp.transport.GroupCommit;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.ClientState.Held;
import io.wisp.transport.tcp.command.Traffic;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import io.wisp.transport.tcp.session.HeldReplies;
import io.wisp.transport.tcp.session.RespSession;
import io.wisp.transport.tcp.session.RespSession.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket and its session. While replies wait because the client does not read, nothing
 * more is read from it or executed for it, so that it holds a bounded amount of memory; and it
 * holds that for a bounded time, for a client that moves nothing is closed: see {@link
 * TcpLimits#stall}.
 */
final class TcpConnection implements ReadyChannel, GroupCommit.Connection {

  /** How many bytes of replies are sent in a turn before others have theirs. */
  private static final int TURN_BYTES = 1 << 20;

  private static final byte[] NO_MEMORY =
      ("-" + Errors.REQUEST_TOO_LARGE + "\r\n").getBytes(StandardCharsets.US_ASCII);

  private final SocketChannel channel;
  private final SelectionKey key;
  private final RespSession session;
  private final LoopBuffers buffers;
  private final Traffic traffic;
  private final SecondHand secondHand;
  private final LongSupplier activityNanos;
  private final @Nullable LoopCommit commit;

  /** The beginning of a request, or requests behind one whose reply does not fit. */
  private @Nullable NativeBuffer keptInput;

  /** Replies that the socket did not take. */
  private @Nullable NativeBuffer unsent;

  private Progress progress = Progress.NEED_INPUT;

  /** There is something to do without input, in the next turn. */
  private boolean turnPending;

  private boolean resumed;

  /** It does nothing until writes have happened, its own or others'. */
  private boolean awaitsWrites;

  /** What became of the entry that its replies waited for, and why. */
  private Outcome outcome = Outcome.DONE;

  private String why = "";

  /** Its last replies say what has not happened, or may not have. */
  private boolean endsByEntry;

  private long lastActiveNanos;
  private final StallClock stall = new StallClock();
  private long heldBefore;
  private int position = -1;

  /**
   * @param buffers of the loop that serves it
   * @param traffic counts its bytes
   * @param secondHand by which its client is told to have been active
   * @param activityNanos tells the time of what it does, if anything depends on that
   * @param commit logs what it writes before that happens; null lets it happen at once
   */
  TcpConnection(
      SocketChannel channel,
      SelectionKey key,
      RespSession session,
      LoopBuffers buffers,
      Traffic traffic,
      SecondHand secondHand,
      LongSupplier activityNanos,
      @Nullable LoopCommit commit) {
    this.channel = channel;
    this.key = key;
    this.session = session;
    this.buffers = buffers;
    this.traffic = traffic;
    this.secondHand = secondHand;
    this.activityNanos = activityNanos;
    this.commit = commit;
    lastActiveNanos = activityNanos.getAsLong();
  }

  @Override
  public Next serve() throws IOException {
    Next next = serveNow();
    if (next != Next.IDLE) {
      lastActiveNanos = activityNanos.getAsLong();
      session.client().activeAt(secondHand.second());
    }
    noteWhatItHolds();
    return next;
  }

  private void noteWhatItHolds() {
    long heldNow = heldBytes();
    boolean holdsNow = heldNow > 0;
    boolean heldAny = heldBefore > 0;
    stall.look(holdsNow, heldNow == session.transactionBytes());
    if (heldNow == heldBefore) {
      return;
    }
    if (holdsNow != heldAny) {
      buffers.countHolding(holdsNow ? 1 : -1);
    }
    heldBefore = heldNow;
    session.client().holds(held());
  }

  private Next serveNow() throws IOException {
    if (awaitsWrites) {
      restIfHeard();
      return Next.IDLE;
    }
    if (outcome != Outcome.DONE) {
      replaceReplies();
      if (unsent == null) {
        return Next.LINGER;
      }
    }
    if (unsent != null) {
      return send(unsent);
    }
    if (!turnPending) {
      return read();
    }
    if (resumed) {
      turnPending = false;
      resumed = false;
      stall.noteProgress();
      return goOn();
    }
    return Next.IDLE;
  }

  /**
   * Most clients say nothing before they have their reply, and the selector is not told then: to
   * leave it and come back are two calls of the kernel. Who says something all the same is not
   * heard again before writes have happened.
   */
  private void restIfHeard() {
    if (key.interestOps() != 0) {
      key.interestOps(0);
    }
  }

  /** Lets {@link #serve} go on with what was left at the end of the last turn. */
  void resume() {
    resumed = true;
  }

  private Next goOn() throws IOException {
    NativeBuffer kept = keptInput;
    return execute(kept != null ? kept : buffers.input());
  }

  private Next read() throws IOException {
    NativeBuffer input;
    try {
      input = inputWithRoom();
    } catch (BufferLimitException e) {
      traffic.countSent(channel.write(ByteBuffer.wrap(NO_MEMORY)));
      return Next.REFUSE;
    }
    int count = input.readFrom(channel);
    if (count < 0) {
      session.endOfInput(!input.isEmpty());
      return Next.CLOSE;
    }
    if (count == 0) {
      keep(input);
      return Next.IDLE;
    }
    traffic.countReceived(count);
    stall.noteMoved(count);
    return execute(input);
  }

  private NativeBuffer inputWithRoom() {
    NativeBuffer shared = buffers.input();
    NativeBuffer kept = keptInput;
    if (kept == null) {
      return shared;
    }
    int missing = Math.max(1, session.needed() - kept.size());
    if (kept.size() + missing <= shared.capacity() / 2) {
      shared.append(kept);
      keptInput = null;
      buffers.pool().give(kept);
      return shared;
    }
    // Not at once as much as was announced, but in proportion to what has arrived.
    kept.ensureWritable(Math.min(missing, Math.max(LoopBuffers.CAPACITY, 2 * kept.size())));
    return kept;
  }

  private Next execute(NativeBuffer input) throws IOException {
    int sent = 0;
    do {
      NativeBuffer output = buffers.output();
      int before = input.size();
      progress = session.execute(input, output);
      if (input.size() < before) {
        stall.noteProgress();
      }
      sent += output.size();
      if (commit != null && commit.holdsReplies()) {
        return hold(commit, input);
      }
      if (!output.isEmpty()) {
        traffic.countSent(output.writeTo(channel));
      }
      if (!output.isEmpty()) {
        unsent = buffers.takeOutput();
        key.interestOps(SelectionKey.OP_WRITE);
        keep(input);
        return Next.WAIT;
      }
    } while (progress == Progress.OUTPUT_FULL && sent < TURN_BYTES);
    if (progress == Progress.CLOSE) {
      return Next.LINGER;
    }
    if (commit != null && progress == Progress.WAITS) {
      commit.admitLater(this);
      return awaitWrites(input);
    }
    keep(input);
    turnPending = progress != Progress.NEED_INPUT;
    return turnPending ? Next.RESUME : Next.WAIT;
  }

  /** Keeps the replies until what they tell of has happened. */
  private Next hold(LoopCommit commit, NativeBuffer input) {
    if (!buffers.output().isEmpty()) {
      unsent = buffers.takeOutput();
    }
    commit.hold(this);
    return awaitWrites(input);
  }

  private Next awaitWrites(NativeBuffer input) {
    keep(input);
    // What needs more input reads it first, or it would find the same again and again.
    turnPending = progress != Progress.NEED_INPUT;
    resumed = false;
    awaitsWrites = true;
    return Next.WAIT;
  }

  @Override
  public boolean letGoOn(Outcome outcome, String why) {
    awaitsWrites = false;
    this.outcome = outcome;
    this.why = why;
    // The time that the log took is not the client's.
    lastActiveNanos = activityNanos.getAsLong();
    stall.restart();
    if (position >= 0) {
      key.interestOps(SelectionKey.OP_READ);
    }
    // It may have been closed while it was held: there was no memory for what it had sent.
    return position >= 0;
  }

  /** Replaces those of the last replies that count no more: it ends when they are sent. */
  private void replaceReplies() {
    HeldReplies.Substitutes substitutes = Objects.requireNonNull(commit).substitutes(outcome, why);
    outcome = Outcome.DONE;
    endsByEntry = true;
    NativeBuffer output = buffers.output();
    ReplyWriter writer = new ReplyWriter(output, traffic.errors());
    session.heldReplies().replace(unsent, substitutes, output, writer);
    progress = Progress.CLOSE;
    if (unsent != null) {
      buffers.pool().give(unsent);
      unsent = null;
    }
    if (!output.isEmpty()) {
      unsent = buffers.takeOutput();
    }
  }

  /**
   * Whether an entry of the log has ended it. That ends all that it holds at once, however many
   * they are, and each of them is to see its last replies: no client can bring it about.
   */
  boolean endsByEntry() {
    return endsByEntry;
  }

  /** Sends the replies that wait, as far as the socket takes them, before it is closed. */
  void sendLast() {
    try {
      if (outcome != Outcome.DONE) {
        replaceReplies();
      }
      if (unsent != null) {
        traffic.countSent(unsent.writeTo(channel));
      }
    } catch (IOException | BufferLimitException e) {
      // The client is gone, or there is no room for what it is to be told.
      buffers.reset();
    }
  }

  private void keep(NativeBuffer input) {
    if (input != keptInput) {
      if (!input.isEmpty()) {
        keptInput = buffers.takeInput();
      }
    } else if (input.isEmpty()) {
      keptInput = null;
      buffers.pool().give(input);
    }
  }

  private Next send(NativeBuffer replies) throws IOException {
    int written = replies.writeTo(channel);
    if (!replies.isEmpty()) {
      key.interestOps(SelectionKey.OP_WRITE);
    }
    if (written == 0) {
      return Next.IDLE;
    }
    traffic.countSent(written);
    stall.noteMoved(written);
    if (!replies.isEmpty()) {
      return Next.WAIT;
    }
    stall.noteProgress();
    unsent = null;
    buffers.pool().give(replies);
    if (progress == Progress.CLOSE) {
      return Next.LINGER;
    }
    key.interestOps(SelectionKey.OP_READ);
    return goOn();
  }

  /** How long nothing was received or sent, while it was for the client to do something. */
  long idleNanos(long now) {
    return awaitsWrites ? 0 : now - lastActiveNanos;
  }

  /** The memory that it keeps while it waits for its client. */
  long heldBytes() {
    NativeBuffer input = keptInput;
    NativeBuffer replies = unsent;
    long bytes = session.heldBytes() + (input == null ? 0 : input.capacity());
    return replies == null ? bytes : bytes + replies.capacity();
  }

  private Held held() {
    NativeBuffer input = keptInput;
    NativeBuffer replies = unsent;
    return new Held(
        input == null ? 0 : input.size(),
        input == null ? 0 : input.capacity() - input.size(),
        replies == null ? 0 : replies.size(),
        replies == null ? 0 : replies.capacity(),
        session.transactionBytes(),
        session.heldBytes() - session.transactionBytes());
  }

  /** Whether it keeps nothing but a transaction that its client has begun and not ended. */
  boolean holdsOnlyTransaction() {
    return heldBytes() == session.transactionBytes();
  }

  /**
   * For how long it has kept memory without any progress; 0 if it keeps none, or if it is not its
   * client that it waits for.
   */
  long stalledNanos(long now) {
    return awaitsWrites ? 0 : stall.nanos(now);
  }

  SocketChannel channel() {
    return channel;
  }

  /** Where it stands among the loop's connections, or -1. */
  int position() {
    return position;
  }

  void position(int position) {
    this.position = position;
  }

  ClientState client() {
    return session.client();
  }

  @Override
  public void close() {
    try {
      release();
    } finally {
      Closing.quietly(channel);
    }
  }

  /** Gives back the memory, and leaves the channel open. */
  void release() {
    if (heldBefore > 0) {
      heldBefore = 0;
      buffers.countHolding(-1);
    }
    session.close();
    BufferPool pool = buffers.pool();
    if (keptInput != null) {
      pool.give(keptInput);
      keptInput = null;
    }
    if (unsent != null) {
      pool.give(unsent);
      unsent = null;
    }
  }
}
