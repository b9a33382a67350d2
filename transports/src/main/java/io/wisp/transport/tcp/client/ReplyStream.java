// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.KeySink;
import io.wisp.store.Limits;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.resp.MalformedReplyException;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's two buffers and its socket: requests go in, and replies come out one by one. */
final class ReplyStream implements AutoCloseable {

  private static final int CAPACITY = 64 << 10;

  /** What requests and replies that wait may take together. */
  private static final long MAX_BUFFERED = 512L << 20;

  /** Replies nest no deeper than SCAN's, which has 2. */
  private static final int MAX_DEPTH = 4;

  private final ClientSocket socket;
  private final Endpoint endpoint;
  private final NativeBuffer output;
  private final NativeBuffer input;
  private final ReplyReader reply = new ReplyReader();
  private int replyEnd;

  ReplyStream(ClientSocket socket, Endpoint endpoint) {
    this.socket = socket;
    this.endpoint = endpoint;
    BufferBudget budget = BufferBudget.ofOne(MAX_BUFFERED);
    // Shared, since a client may be handed from thread to thread.
    output = new NativeBuffer(CAPACITY, Arena::ofShared, budget);
    input = new NativeBuffer(CAPACITY, Arena::ofShared, budget);
  }

  /** Where requests are appended. */
  NativeBuffer output() {
    return output;
  }

  /** What {@link #await} found. */
  ReplyReader reply() {
    return reply;
  }

  /** Sends what was appended, until a deadline. */
  void send(long deadline) {
    try {
      sendAll(deadline);
    } catch (IOException | BufferLimitException e) {
      throw failed(e);
    }
  }

  private void sendAll(long deadline) throws IOException {
    if (!output.isEmpty()) {
      socket.send(output, input, deadline);
      output.trim();
    }
  }

  /**
   * Sends what was appended and waits for the next reply until a deadline; one that is there is
   * taken after it as well. The reply stays until {@link #consume}.
   */
  void await(long deadline) {
    if (socket.isPast(deadline) && hasReply()) {
      return;
    }
    try {
      sendAll(deadline);
      while (input.isEmpty() || !isComplete()) {
        makeRoom();
        socket.receive(input, deadline);
      }
    } catch (IOException | BufferLimitException | MalformedReplyException e) {
      throw failed(e);
    }
  }

  /**
   * Sends what was appended, waits until a deadline for the replies to it, and takes them out. The
   * replies to what was sent before stay where they are.
   *
   * @param earlier how many those are
   * @param count how many replies to take
   * @return the first line of each
   */
  List<String> exchange(int earlier, int count, long deadline) {
    try {
      sendAll(deadline);
      while (endOfFirst(earlier + count) < 0) {
        makeRoom();
        socket.receive(input, deadline);
      }
      int from = endOfFirst(earlier);
      List<String> lines = new ArrayList<>();
      for (int i = 0, at = from; i < count; i++, at = endOf(at, 0)) {
        reply.read(input, at);
        lines.add((char) reply.type() + reply.text());
      }
      if (endOfFirst(earlier + count) < input.end()) {
        throw new MalformedReplyException("more replies than requests");
      }
      input.truncate(from);
      return lines;
    } catch (IOException | BufferLimitException | MalformedReplyException e) {
      throw failed(e);
    }
  }

  /** Where the first replies end, so many of them; -1 if not all of them are there. */
  private int endOfFirst(int count) throws MalformedReplyException {
    int at = input.start();
    for (int i = 0; i < count && at >= 0; i++) {
      at = endOf(at, 0);
    }
    return at;
  }

  /** For what is known to be missing of the reply that has begun to arrive. */
  private void makeRoom() {
    if (!input.isEmpty()) {
      int missing = reply.needed() - input.end();
      input.ensureWritable(Math.min(missing, Math.max(CAPACITY, 2 * input.size())));
    }
  }

  /** Takes in what has arrived, and says whether the next reply is there as a whole. */
  boolean hasReply() {
    try {
      while (input.isEmpty() || !isComplete()) {
        makeRoom();
        if (!socket.readAvailable(input)) {
          return false;
        }
      }
      return true;
    } catch (IOException | BufferLimitException | MalformedReplyException e) {
      throw failed(e);
    }
  }

  private boolean isComplete() throws MalformedReplyException {
    int start = input.start();
    replyEnd = endOf(start, 0);
    // Behind an array the reader stands at the last element, and goes back to the head.
    boolean isArray = input.memory().get(ValueLayout.JAVA_BYTE, start) == '*';
    return replyEnd >= 0 && (!isArray || reply.read(input, start));
  }

  private int endOf(int at, int depth) throws MalformedReplyException {
    if (at >= input.end() || !reply.read(input, at)) {
      return -1;
    }
    int end = reply.next();
    if (reply.type() == '*') {
      if (depth == MAX_DEPTH) {
        throw new MalformedReplyException("arrays nest deeper than " + MAX_DEPTH);
      }
      for (long left = reply.number(); left > 0 && end >= 0; left--) {
        end = endOf(end, depth + 1);
      }
    }
    return end;
  }

  /** Gives the value of a reply that is a bulk string. */
  void give(ValueSink sink) {
    if (reply.length() > Limits.MAX_VALUE_LENGTH) {
      throw new TransportException(
          endpoint
              + " sent a value of "
              + reply.length()
              + " bytes, and "
              + Limits.MAX_VALUE_LENGTH
              + " is the most");
    }
    sink.take(input.memory(), reply.offset(), reply.length(), 0, Store.NEVER);
  }

  /** The first error among the elements of a reply that is an array of single ones, or null. */
  @Nullable String firstError() {
    try {
      for (long left = reply.number(); left > 0; left--) {
        reply.read(input, reply.next());
        if (reply.isError()) {
          return reply.text();
        }
      }
      return null;
    } catch (MalformedReplyException e) {
      throw failed(e);
    }
  }

  /** Gives the keys of a reply to SCAN, and returns its cursor. */
  long giveKeys(KeySink sink) {
    try {
      int parts = (int) reply.number();
      reply.read(input, reply.next());
      String cursor = reply.text();
      reply.read(input, reply.next());
      if (parts != 2 || reply.type() != '*') {
        throw failed(new MalformedReplyException("SCAN is answered with a cursor and an array"));
      }
      for (long left = reply.number(); left > 0; left--) {
        reply.read(input, reply.next());
        sink.accept(input.memory(), reply.offset(), reply.length());
      }
      return Long.parseUnsignedLong(cursor);
    } catch (MalformedReplyException | NumberFormatException e) {
      throw failed(e);
    }
  }

  /** Forgets the reply, and makes room for the next. */
  void consume() {
    input.consumeTo(replyEnd);
    input.trim();
  }

  private TransportException failed(Exception cause) {
    if (socket.isClosed()) {
      return new TransportException("the connection to " + endpoint + " was closed", cause);
    }
    return new TransportException(
        "the connection to " + endpoint + " failed: " + cause.getMessage(), cause);
  }

  /** Ends the connection, whichever thread is using it. */
  void closeSocket() {
    socket.close();
  }

  @Override
  public void close() {
    socket.close();
    output.close();
    input.close();
  }
}
