// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestExecutor;
import io.wisp.store.Status;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.Log;
import io.wisp.transport.ServerOptions;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import zmq.Ctx;
import zmq.Msg;
import zmq.SocketBase;
import zmq.ZMQ;

/**
 * The thread that owns a server's ROUTER: receives requests, executes them, sends their replies and
 * looks after the connections in between. It ends with the ROUTER and its context closed.
 *
 * <p>A client that does not take its replies has its further requests wait instead of being
 * executed, so the replies that the server holds for it are bounded; ROUTER itself would hold them
 * without bound or drop them, and a dropped reply would leave the client waiting. A client that
 * takes nothing for too long is closed.
 */
final class RequestLoop implements Runnable {

  private static final Log LOG = Log.of(RequestLoop.class);
  private static final int LONGEST_SLEEP_MILLIS = 50;
  private static final long CONGESTED_SLEEP_NANOS = 200_000;

  /** JeroMQ looks for connections that have news after 100 parts of messages at the latest. */
  private static final int MESSAGES_UNTIL_NEWS_IS_SEEN = 100;

  private final Ctx context;
  private final SocketBase router;
  private final ZmqConnections connections;
  private final RequestExecutor executor;
  private final ServerOptions options;
  private final ZmqLimits limits;
  private final FrameBuffer reply = new FrameBuffer();

  /** Requests that wait until replies are taken. */
  private final Map<ZmqConnection, Queue<ZmqRequest>> congested = new LinkedHashMap<>();

  private final LongAdder requests = new LongAdder();

  /** JeroMQ's I/O threads bring requests, perhaps on this core. */
  private final IdleStrategy idle = IdleStrategy.polling(1);

  private final long checkNanos;
  private long roundBegan = System.nanoTime();
  private long lastCheck = roundBegan;
  private int messages;
  private boolean quiet;
  private volatile boolean closing;

  RequestLoop(
      Ctx context,
      SocketBase router,
      ZmqConnections connections,
      RequestExecutor executor,
      ServerOptions options,
      ZmqLimits limits) {
    this.context = context;
    this.router = router;
    this.connections = connections;
    this.executor = executor;
    this.options = options;
    this.limits = limits;
    Duration idle = options.idleTimeout();
    long shortest = idle.isZero() ? limits.stall().toNanos() : idle.toNanos();
    checkNanos = Math.clamp(shortest / 4, 1_000_000, 250_000_000);
    router.setSocketOpt(ZMQ.ZMQ_RCVTIMEO, LONGEST_SLEEP_MILLIS);
  }

  long requests() {
    return requests.sum();
  }

  void stop() {
    closing = true;
  }

  @Override
  public void run() {
    try {
      while (!closing) {
        serveOne();
        if (!congested.isEmpty()) {
          resumeCongested();
        }
        endRoundIfOver();
      }
    } catch (Throwable e) {
      // First, for JeroMQ may be in no state to end.
      options.threadLost(e);
    } finally {
      router.close();
      context.terminate();
      connections.close();
      reply.close();
    }
  }

  private void serveOne() {
    boolean sleeps = !options.busyPoll() && congested.isEmpty();
    ZmqRequest request = receive(sleeps ? 0 : ZMQ.ZMQ_DONTWAIT);
    if (request != null) {
      handle(request);
    } else if (!congested.isEmpty()) {
      LockSupport.parkNanos(CONGESTED_SLEEP_NANOS);
    } else if (!sleeps) {
      idle.pause();
    }
  }

  private @Nullable ZmqRequest receive(int flags) {
    Msg identity = router.recv(flags);
    quiet = identity == null;
    if (identity == null) {
      return null;
    }
    messages++;
    List<Msg> envelope = List.of();
    Msg part = router.recv(ZMQ.ZMQ_DONTWAIT);
    while (part != null && part.hasMore()) {
      if (envelope.isEmpty()) {
        envelope = new ArrayList<>(2);
      }
      envelope.add(part);
      part = router.recv(ZMQ.ZMQ_DONTWAIT);
    }
    return part instanceof InboundFrames.Frame body
        ? new ZmqRequest(identity, envelope, body)
        : null;
  }

  private void handle(ZmqRequest request) {
    ZmqConnection connection = request.body().sender();
    if (connection == null || connection.isClosed()) {
      request.giveBack();
      return;
    }
    connection.active = true;
    if (connection.waiting == 0 && connection.replyBytes() < limits.replyBytes()) {
      answer(request, connection);
      return;
    }
    congested.computeIfAbsent(connection, key -> new ArrayDeque<>()).add(request);
    if (++connection.waiting > limits.waitingRequests()) {
      connections.refuse(connection);
    }
  }

  private void answer(ZmqRequest request, ZmqConnection connection) {
    requests.increment();
    Status status = execute(request.body(), connection);
    if (status == Status.MALFORMED || status == Status.UNKNOWN_OPERATION) {
      connections.countMalformed();
    }
    connection.authenticated = connection.session.isAuthenticated();
    request.giveBack();
    ReplyFrame answer;
    try {
      answer = new ReplyFrame(reply.toByteArray(), connection);
    } catch (OutOfMemoryError e) {
      LOG.log(Level.ERROR, connection.address() + " is closed: no memory for a reply to it: " + e);
      connections.refuse(connection);
      return;
    }
    send(request, answer);
  }

  private Status execute(InboundFrames.Frame body, ZmqConnection connection) {
    if (connection.isSurplus()) {
      RequestExecutor.refuse(
          reply,
          connections.clients() < options.maxClients()
              ? "this server has no file descriptor left for another client"
              : "this server has " + options.maxClients() + " clients, and that is its limit");
      return Status.REFUSED;
    }
    MemorySegment segment = MemorySegment.ofArray(body.data());
    try {
      return executor.execute(connection.session, segment, 0, body.size(), reply);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a request of " + connection.address() + " failed: " + e);
      LOG.log(Level.DEBUG, "where the request failed", e);
      RequestExecutor.refuse(reply, "the server failed at this request, and its log says how");
      return Status.REFUSED;
    }
  }

  /** Sends a reply after the frames that route it. If the connection is gone, so is the reply. */
  private void send(ZmqRequest request, ReplyFrame answer) {
    if (!router.send(request.identity(), ZMQ.ZMQ_SNDMORE | ZMQ.ZMQ_DONTWAIT)) {
      return;
    }
    for (Msg part : request.envelope()) {
      router.send(part, ZMQ.ZMQ_SNDMORE | ZMQ.ZMQ_DONTWAIT);
    }
    router.send(answer, ZMQ.ZMQ_DONTWAIT);
  }

  private void resumeCongested() {
    congested.entrySet().removeIf(entry -> resume(entry.getKey(), entry.getValue()));
  }

  /** Answers waiting requests while there is room for replies; says whether none is left. */
  private boolean resume(ZmqConnection connection, Queue<ZmqRequest> waiting) {
    while (!waiting.isEmpty()) {
      if (!connection.isClosed() && connection.replyBytes() >= limits.replyBytes()) {
        return false;
      }
      ZmqRequest request = waiting.remove();
      connection.waiting--;
      connection.active = true;
      if (connection.isClosed()) {
        request.giveBack();
      } else {
        answer(request, connection);
      }
    }
    return true;
  }

  /**
   * A round is over when nothing is left to receive, or so many messages were that each connection
   * had its turn, for JeroMQ takes from them in turn.
   */
  private void endRoundIfOver() {
    if (!quiet && messages < MESSAGES_UNTIL_NEWS_IS_SEEN + connections.clients()) {
      return;
    }
    messages = 0;
    long now = System.nanoTime();
    if (now - lastCheck > checkNanos) {
      lastCheck = now;
      connections.closeOverdue(now, roundBegan);
    }
    roundBegan = now;
  }
}
