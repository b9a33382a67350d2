// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.Threads;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import zmq.Ctx;
import zmq.Msg;
import zmq.SocketBase;
import zmq.ZError;
import zmq.ZMQ;

/**
 * A DEALER with one connection and no second try: JeroMQ would connect again by itself and send
 * again what may have been executed, so this notices when the connection breaks and fails from then
 * on.
 *
 * <p>A JeroMQ socket belongs to one thread at a time, and so does this; only {@link #stopWaiting}
 * comes from any thread.
 */
final class ZmqLink {

  private static final int EVENTS =
      ZMQ.ZMQ_EVENT_CONNECTED | ZMQ.ZMQ_EVENT_CONNECT_RETRIED | ZMQ.ZMQ_EVENT_DISCONNECTED;

  /** How long a call sleeps before it looks whether it should go on waiting. */
  private static final int LONGEST_SLEEP_MILLIS = 20;

  private static final int NO_RECONNECT_MILLIS = Integer.MAX_VALUE / 4;
  private static final int MAX_REPLY_LENGTH = 256 << 20;
  private static final Duration CLOSING_TIME = Duration.ofSeconds(10);

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final Ctx context;
  private final SocketBase dealer;
  private final ConnectionNudge nudge =
      new ConnectionNudge((task, name) -> ZmqSockets.newThread("client", task, name));

  /** JeroMQ's I/O threads bring replies, perhaps on this core. */
  private final IdleStrategy idle = IdleStrategy.polling(1);

  private final CountDownLatch settled = new CountDownLatch(1);
  private boolean connected;
  private volatile boolean closing;
  private volatile @Nullable String broken;

  /**
   * Connects.
   *
   * @param deadline until when to wait for that, by {@code nanoTime}
   * @param nanoTime as {@link System#nanoTime}
   * @throws TransportException if it fails
   */
  ZmqLink(Endpoint endpoint, ClientOptions options, long deadline, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.nanoTime = nanoTime;
    this.options = options;
    String address = ZmqSockets.addressOf(endpoint);
    context = ZmqSockets.newContext("client");
    context.setThreadFactory(nudge::newThread);
    dealer = context.createSocket(ZMQ.ZMQ_DEALER);
    dealer.setSocketOpt(ZMQ.ZMQ_LINGER, 0);
    dealer.setSocketOpt(ZMQ.ZMQ_IPV6, true);
    dealer.setSocketOpt(ZMQ.ZMQ_RECONNECT_IVL, NO_RECONNECT_MILLIS);
    dealer.setSocketOpt(ZMQ.ZMQ_MAXMSGSIZE, (long) MAX_REPLY_LENGTH);
    dealer.setSocketOpt(ZMQ.ZMQ_MSG_ALLOCATOR, (zmq.msg.MsgAllocator) ZmqLink::allocate);
    // Bounded by the client, which knows how many requests it has sent.
    dealer.setSocketOpt(ZMQ.ZMQ_SNDHWM, 0);
    dealer.setSocketOpt(ZMQ.ZMQ_RCVHWM, 0);
    long sleep = Math.clamp(options.timeout().toMillis(), 1, LONGEST_SLEEP_MILLIS);
    dealer.setSocketOpt(ZMQ.ZMQ_RCVTIMEO, (int) sleep);
    dealer.setEventHook(this::notice, EVENTS);
    dealer.connect(address);
    try {
      awaitConnection(deadline);
    } catch (TransportException e) {
      close();
      throw e;
    }
  }

  /** Waits until JeroMQ has connected or failed to. */
  private void awaitConnection(long deadline) {
    boolean heard = false;
    try {
      heard = settled.await(deadline - nanoTime.getAsLong(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failIfUseless();
    if (!heard) {
      throw timeout("cannot connect to " + endpoint);
    }
  }

  private TransportTimeoutException timeout(String what) {
    return new TransportTimeoutException(what + " within " + options.timeout().toMillis() + " ms");
  }

  /** Memory for a reply; nothing for a length that JeroMQ should have refused. */
  private static Msg allocate(int size) {
    return size < 0 || size > MAX_REPLY_LENGTH ? new Msg() : new Msg(size);
  }

  /** Called by JeroMQ's I/O thread. */
  private void notice(ZMQ.Event event) {
    if (event.event == ZMQ.ZMQ_EVENT_CONNECTED) {
      connected = true;
      nudge.connected();
    } else if (broken == null) {
      broken =
          connected
              ? "the connection to " + endpoint + " broke, or the server closed it"
              : "cannot connect to " + endpoint + ": nothing listens there";
    }
    settled.countDown();
  }

  /**
   * Sends a request.
   *
   * @return its length in bytes
   */
  long send(Operation operation, Slice key, Slice value, long argument) {
    failIfUseless();
    byte[] frame = new byte[(int) RequestDescriptor.frameLength(key.length(), value.length())];
    RequestDescriptor.encode(MemorySegment.ofArray(frame), 0, operation, key, value, argument);
    boolean sent;
    try {
      sent = dealer.send(new Msg(frame), ZMQ.ZMQ_DONTWAIT);
    } catch (RuntimeException e) {
      throw new TransportException("cannot send to " + endpoint + ": " + e, e);
    }
    if (!sent) {
      throw new TransportException("cannot send to " + endpoint + ": it is not connected");
    }
    return frame.length;
  }

  /** Waits for the next reply until a deadline. */
  Msg receive(long deadline) {
    while (true) {
      Msg message = receive(options.busyPoll() ? ZMQ.ZMQ_DONTWAIT : 0);
      if (message != null) {
        return message;
      }
      failIfUseless();
      if (nanoTime.getAsLong() - deadline > 0) {
        throw timeout(endpoint + " did not answer");
      }
    }
  }

  /** Reads a message as a reply, which is valid until the next one is read into it. */
  void decode(Msg message, Reply reply) {
    boolean whole = !message.hasMore();
    if (!whole || !reply.wrap(MemorySegment.ofArray(message.data()), 0, message.size())) {
      String fault = whole ? reply.fault() : "it has several frames";
      throw new TransportException(endpoint + " sent what is no reply: " + fault);
    }
  }

  /** The next reply if it is there, or null; waits for nothing. */
  @Nullable Msg poll() {
    Msg message = receive(ZMQ.ZMQ_DONTWAIT);
    if (message == null) {
      failIfUseless();
    }
    return message;
  }

  /** The next reply, or null if there is none yet, for which the flags may say to sleep a while. */
  private @Nullable Msg receive(int flags) {
    Msg message;
    try {
      message = dealer.recv(flags);
    } catch (RuntimeException e) {
      throw new TransportException("cannot receive from " + endpoint + ": " + e, e);
    }
    if (message == null) {
      if (dealer.errno() == ZError.EINTR) {
        // JeroMQ has cleared the flag.
        Thread.currentThread().interrupt();
      }
      idle.pause();
    }
    return message;
  }

  /** Fails if the connection is of no use any longer. */
  void failIfUseless() {
    if (closing) {
      throw new TransportException("the client of " + endpoint + " was closed during the call");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("interrupted while waiting for " + endpoint);
    }
    String reason = broken;
    if (reason != null) {
      throw new TransportException(reason);
    }
  }

  /** Makes a call in progress give up, and any later one. */
  void stopWaiting() {
    closing = true;
  }

  /**
   * Closes the connection: in a thread of its own, since an interrupt would have JeroMQ give up
   * halfway.
   */
  void close() {
    Thread closer =
        Thread.ofPlatform()
            .daemon()
            .name("wisp-zmq-client-closer")
            .start(
                () -> {
                  dealer.close();
                  context.terminate();
                });
    Threads.joinUninterruptibly(closer, CLOSING_TIME);
  }
}
