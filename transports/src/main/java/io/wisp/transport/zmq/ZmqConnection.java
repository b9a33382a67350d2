// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Session;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a server knows of one connection. */
final class ZmqConnection {

  /** What a reply costs beside its bytes. */
  private static final int REPLY_OVERHEAD = 128;

  private final SocketChannel channel;
  private final String address;
  private final boolean surplus;
  private final AtomicBoolean disconnected = new AtomicBoolean();
  private final AtomicLong replyBytes = new AtomicLong();
  private final long acceptedAt = System.nanoTime();
  private volatile @Nullable Runnable whenGone;
  private volatile long incompleteSince;
  private volatile long lastReplyTaken = acceptedAt;
  private volatile boolean closed;

  /** The request loop's own. */
  final Session session = new Session();

  /** How many requests wait until replies are taken; the request loop's own. */
  int waiting;

  /** Whether a request came since the request loop last asked; its own. */
  boolean active = true;

  private long lastActive;

  /** Whether the password was given, for the I/O thread to know. */
  volatile boolean authenticated;

  ZmqConnection(SocketChannel channel, String address, boolean surplus) {
    this.channel = channel;
    this.address = address;
    this.surplus = surplus;
  }

  /** The peer's address, as JeroMQ writes it in a message's metadata. */
  String address() {
    return address;
  }

  /** Whether it is one client too many, which is told so and closed. */
  boolean isSurplus() {
    return surplus;
  }

  long acceptedAt() {
    return acceptedAt;
  }

  /**
   * Takes note that its first frame has come.
   *
   * @param whenGone frees what its frames have
   */
  void spoke(Runnable whenGone) {
    this.whenGone = whenGone;
  }

  /** Whether its first frame has come. */
  boolean hasSpoken() {
    return whenGone != null;
  }

  /** Takes note that a further frame has begun to come. */
  void frameBegins() {
    incompleteSince = System.nanoTime() | 1;
  }

  /** Takes note that a frame is complete. */
  void frameEnds() {
    incompleteSince = 0;
  }

  /** Since when a frame has been incomplete, by {@link System#nanoTime}, or 0 if none is. */
  long incompleteSince() {
    return incompleteSince;
  }

  void replyQueued(int bytes) {
    if (replyBytes.getAndAdd(bytes + (long) REPLY_OVERHEAD) == 0) {
      lastReplyTaken = System.nanoTime();
    }
  }

  void replyTaken(int bytes) {
    lastReplyTaken = System.nanoTime();
    replyBytes.addAndGet(-(bytes + (long) REPLY_OVERHEAD));
  }

  /** Bytes of replies that the peer has not taken yet. */
  long replyBytes() {
    return replyBytes.get();
  }

  /** When the peer last took a reply, or began to have one to take. */
  long lastReplyTaken() {
    return lastReplyTaken;
  }

  /**
   * How long, at a time before this call, no request had come; for the request loop. So that no
   * request costs a look at the clock, one that has come since the last call counts as of now. Who
   * waits for replies or has some to take is not silent.
   */
  long silentNanos(long before, long now) {
    if (active || waiting > 0 || replyBytes() > 0) {
      active = false;
      lastActive = now;
      return 0;
    }
    return before - lastActive;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Has JeroMQ close the connection: it finds the end of the stream and tidies up as if the peer
   * had gone. To close the channel itself would leave JeroMQ's session behind for good.
   *
   * @param before runs first if nobody had asked for it before: what is counted there, the peer
   *     finds counted when it sees the end
   */
  void disconnect(Runnable before) {
    if (!disconnected.compareAndSet(false, true)) {
      return;
    }
    before.run();
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  /** Takes note that the connection is gone, and frees what it had. */
  void gone() {
    closed = true;
    Runnable free = whenGone;
    if (free != null) {
      free.run();
    }
  }
}
