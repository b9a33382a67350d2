// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.session.RespSession;
import io.wisp.transport.tcp.session.RespSession.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket and its session. While replies wait because the client does not read, nothing
 * more is read from it or executed for it, so that it holds a bounded amount of memory; and it
 * holds that for a bounded time, for a client that moves nothing is closed: see {@link
 * TcpLimits#stall}.
 */
final class Connection implements ReadyChannel {

  /**
   * So many bytes, a request that was executed or a reply that was taken show that one is alive.
   */
  static final int STEP = 64 << 10;

  /** How many bytes of replies are sent in a turn before others have theirs. */
  private static final int TURN_BYTES = 1 << 20;

  private static final byte[] NO_MEMORY =
      ("-" + Errors.REQUEST_TOO_LARGE + "\r\n").getBytes(StandardCharsets.US_ASCII);

  private final SocketChannel channel;
  private final SelectionKey key;
  private final RespSession session;
  private final EventLoop loop;

  /** The beginning of a request, or requests behind one whose reply does not fit. */
  private @Nullable NativeBuffer keptInput;

  /** Replies that the socket did not take. */
  private @Nullable NativeBuffer unsent;

  private Progress progress = Progress.NEED_INPUT;

  /** There is something to do without input, in the next turn. */
  private boolean turnPending;

  private boolean resumed;
  private long lastActiveNanos;
  private boolean holds;
  private boolean progressed;
  private int moved;
  private long stalledSinceNanos;
  private int position;

  /**
   * @param position where it stands in the loop's list of connections
   */
  Connection(
      SocketChannel channel, SelectionKey key, RespSession session, EventLoop loop, int position) {
    this.channel = channel;
    this.key = key;
    this.session = session;
    this.loop = loop;
    this.position = position;
    lastActiveNanos = loop.activityNanos();
  }

  @Override
  public boolean serve() throws IOException {
    boolean active = serveNow();
    if (active) {
      lastActiveNanos = loop.activityNanos();
    }
    noteWhatItHolds();
    return active;
  }

  private void noteWhatItHolds() {
    boolean holdsNow = heldBytes() > 0;
    if (holdsNow && (progressed || !holds)) {
      stalledSinceNanos = System.nanoTime();
      moved = 0;
    }
    progressed = false;
    if (holdsNow != holds) {
      holds = holdsNow;
      loop.holding(holdsNow ? 1 : -1);
    }
  }

  private void noteMoved(int bytes) {
    moved += bytes;
    progressed |= moved >= STEP;
  }

  private boolean serveNow() throws IOException {
    if (unsent != null) {
      return send(unsent);
    }
    if (!turnPending) {
      return read();
    }
    if (resumed) {
      turnPending = false;
      resumed = false;
      progressed = true;
      goOn();
      return true;
    }
    return false;
  }

  /** Lets {@link #serve} go on with what was left at the end of the last turn. */
  void resume() {
    resumed = true;
  }

  private void goOn() throws IOException {
    NativeBuffer kept = keptInput;
    execute(kept != null ? kept : loop.buffers().input());
  }

  private boolean read() throws IOException {
    NativeBuffer input;
    try {
      input = inputWithRoom();
    } catch (BufferLimitException e) {
      channel.write(ByteBuffer.wrap(NO_MEMORY));
      loop.refuse(this);
      return true;
    }
    int count = input.readFrom(channel);
    if (count < 0) {
      session.endOfInput(!input.isEmpty());
      close();
      return true;
    }
    if (count == 0) {
      keep(input);
      return false;
    }
    noteMoved(count);
    execute(input);
    return true;
  }

  private NativeBuffer inputWithRoom() {
    NativeBuffer shared = loop.buffers().input();
    NativeBuffer kept = keptInput;
    if (kept == null) {
      return shared;
    }
    int missing = Math.max(1, session.needed() - kept.size());
    if (kept.size() + missing <= shared.capacity() / 2) {
      shared.append(kept);
      keptInput = null;
      loop.buffers().pool().give(kept);
      return shared;
    }
    // Not at once as much as was announced, but in proportion to what has arrived.
    kept.ensureWritable(Math.min(missing, Math.max(LoopBuffers.CAPACITY, 2 * kept.size())));
    return kept;
  }

  private void execute(NativeBuffer input) throws IOException {
    int sent = 0;
    do {
      NativeBuffer output = loop.buffers().output();
      int before = input.size();
      progress = session.execute(input, output);
      progressed |= input.size() < before;
      sent += output.size();
      if (!output.isEmpty()) {
        output.writeTo(channel);
      }
      if (!output.isEmpty()) {
        unsent = loop.buffers().takeOutput();
        key.interestOps(SelectionKey.OP_WRITE);
        keep(input);
        return;
      }
    } while (progress == Progress.OUTPUT_FULL && sent < TURN_BYTES);
    if (progress == Progress.CLOSE) {
      loop.linger(this);
      return;
    }
    keep(input);
    if (progress != Progress.NEED_INPUT) {
      turnPending = true;
      loop.resumeLater(this);
    }
  }

  private void keep(NativeBuffer input) {
    if (input != keptInput) {
      if (!input.isEmpty()) {
        keptInput = loop.buffers().takeInput();
      }
    } else if (input.isEmpty()) {
      keptInput = null;
      loop.buffers().pool().give(input);
    }
  }

  private boolean send(NativeBuffer replies) throws IOException {
    int written = replies.writeTo(channel);
    if (written == 0) {
      return false;
    }
    noteMoved(written);
    if (!replies.isEmpty()) {
      return true;
    }
    progressed = true;
    unsent = null;
    loop.buffers().pool().give(replies);
    if (progress == Progress.CLOSE) {
      loop.linger(this);
      return true;
    }
    key.interestOps(SelectionKey.OP_READ);
    goOn();
    return true;
  }

  /** How long nothing was received or sent. */
  long idleNanos(long now) {
    return now - lastActiveNanos;
  }

  /** The memory that it keeps while it waits for its client. */
  long heldBytes() {
    NativeBuffer input = keptInput;
    NativeBuffer replies = unsent;
    long bytes = session.heldBytes() + (input == null ? 0 : input.capacity());
    return replies == null ? bytes : bytes + replies.capacity();
  }

  /** For how long it has kept memory without any progress; 0 if it keeps none. */
  long stalledNanos(long now) {
    return holds ? now - stalledSinceNanos : 0;
  }

  @Override
  public void close() {
    loop.close(this);
  }

  SocketChannel channel() {
    return channel;
  }

  /** Where it stands in the loop's list of connections, or -1. */
  int position() {
    return position;
  }

  void position(int position) {
    this.position = position;
  }

  ClientState client() {
    return session.client();
  }

  /** Gives back the memory; the channel is the event loop's to close. */
  void release() {
    if (holds) {
      holds = false;
      loop.holding(-1);
    }
    session.close();
    BufferPool pool = loop.buffers().pool();
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
