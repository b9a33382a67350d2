// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.cluster.MapText;
import io.wisp.codec.RequestExecutor;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.Server;
import io.wisp.transport.ServerInformation;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.Threads;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.time.Duration;
import zmq.Ctx;
import zmq.SocketBase;
import zmq.ZMQ;

/** A ROUTER and the thread that serves it. */
final class ZmqServer implements Server {

  private static final Duration CLOSING_TIME = Duration.ofMinutes(1);

  private final Endpoint endpoint;
  private final ZmqConnections connections;
  private final RequestLoop loop;
  private final Thread thread;

  ZmqServer(Transport transport, Store store, ServerOptions options, ZmqLimits limits) {
    Log.prepare();
    Ctx context = ZmqSockets.newContext("server");
    SocketBase router = context.createSocket(ZMQ.ZMQ_ROUTER);
    router.setSocketOpt(ZMQ.ZMQ_LINGER, 0);
    router.setSocketOpt(ZMQ.ZMQ_ROUTER_MANDATORY, true);
    // Bounded by bytes, in RequestLoop; a bound by count would have ROUTER drop replies.
    router.setSocketOpt(ZMQ.ZMQ_SNDHWM, 0);
    router.setSocketOpt(ZMQ.ZMQ_MAXMSGSIZE, (long) ZmqLimits.MAX_FRAME_LENGTH);
    router.setSocketOpt(ZMQ.ZMQ_HANDSHAKE_IVL, Math.toIntExact(limits.stall().toMillis()));
    router.setSocketOpt(ZMQ.ZMQ_IPV6, true);
    // With a domain and nobody who answers for it, JeroMQ refuses ZMTP 1 and 2, and only that.
    router.setSocketOpt(ZMQ.ZMQ_ZAP_DOMAIN, "wisp");
    connections = new ZmqConnections(router, options, limits);
    router.setEventHook(connections, ZmqConnections.EVENTS);
    try {
      endpoint = ZmqSockets.bind(router, options.endpoint());
    } catch (TransportException e) {
      router.close();
      context.terminate();
      connections.close();
      throw e;
    }
    MapText map = ServerInformation.mapOf(options);
    RequestExecutor executor =
        new RequestExecutor(
            store,
            options.password(),
            options.member(),
            () -> ServerInformation.of(transport, statistics(), store.statistics(), map));
    loop = new RequestLoop(context, router, connections, executor, options, limits);
    thread =
        Thread.ofPlatform()
            .name("wisp-zmq-requests")
            .uncaughtExceptionHandler(options.onThreadLost())
            .start(loop);
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String description() {
    return "zmq (JeroMQ, one I/O thread and one for requests) at " + endpoint;
  }

  @Override
  public ServerStatistics statistics() {
    return new ServerStatistics(
        connections.clients(),
        connections.accepted(),
        connections.rejected(),
        loop.requests(),
        connections.malformed());
  }

  /** Memory that frames may still draw, for tests. */
  long availableBytes() {
    return connections.availableBytes();
  }

  /** Replies that JeroMQ has not begun to write, of all connections, for tests. */
  long untakenReplyBytes() {
    return connections.all().stream().mapToLong(ZmqConnection::replyBytes).sum();
  }

  @Override
  public void close() {
    loop.stop();
    Threads.joinUninterruptibly(thread, CLOSING_TIME);
  }
}
