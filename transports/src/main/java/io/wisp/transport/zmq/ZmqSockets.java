// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.TransportException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.locks.LockSupport;
import zmq.Ctx;
import zmq.SocketBase;
import zmq.ZMQ;

/** What servers and clients share in their use of JeroMQ. */
final class ZmqSockets {

  /** Keeps a failure that repeats itself from filling the log and a processor. */
  private static final long PAUSE_NANOS = 1_000_000;

  private static final Log LOG = Log.of(ZmqSockets.class);

  private ZmqSockets() {}

  /** A context of its own for each server and client, whose threads are named after it. */
  static Ctx newContext(String role) {
    Ctx context = ZMQ.createContext();
    context.set(ZMQ.ZMQ_IO_THREADS, 1);
    context.setThreadFactory((task, name) -> newThread(role, task, name));
    // What a peer's bytes make JeroMQ throw concerns that peer's connection and nobody else.
    context.setNotificationExceptionHandler(
        (thread, failure) -> LOG.log(Level.DEBUG, "JeroMQ failed at a peer's bytes", failure));
    return context;
  }

  /**
   * A thread for JeroMQ in the service of a server or a client. JeroMQ 0.6.0 lets an {@link Error},
   * and whatever a timer throws, end its thread: every connection would fall silent and closing
   * would wait for good. A poller can be run anew and goes on where it was; a connection that fails
   * again and again is not found out, and may slow the others.
   */
  static Thread newThread(String role, Runnable task, String name) {
    String fullName = "wisp-zmq-" + role + "-" + name;
    Runnable supervised = () -> runToItsEnd(task, fullName);
    return Thread.ofPlatform().daemon().name(fullName).unstarted(supervised);
  }

  static void runToItsEnd(Runnable poller, String name) {
    boolean ended = false;
    while (!ended) {
      try {
        poller.run();
        ended = true;
      } catch (RuntimeException | Error e) {
        LOG.log(Level.ERROR, name + " goes on after a failure of JeroMQ: " + e);
        LOG.log(Level.DEBUG, "where JeroMQ failed", e);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Binds a socket, and says where: with the port that it got. */
  static Endpoint bind(SocketBase socket, Endpoint endpoint) {
    String address = addressOf(endpoint);
    boolean bound;
    try {
      bound = socket.bind(address);
    } catch (RuntimeException e) {
      throw new TransportException("cannot listen at " + endpoint + ": " + e.getMessage(), e);
    }
    if (!bound) {
      throw new TransportException(
          "cannot listen at " + endpoint + ": it is taken, or not an address of this machine");
    }
    String got = (String) socket.getSocketOptx(ZMQ.ZMQ_LAST_ENDPOINT);
    int port = Integer.parseInt(got.substring(got.lastIndexOf(':') + 1));
    return new Endpoint(endpoint.host(), port);
  }

  /** The address in JeroMQ's spelling, its host looked up. */
  static String addressOf(Endpoint endpoint) {
    try {
      InetAddress host = InetAddress.getByName(endpoint.host());
      String text = host.getHostAddress();
      return "tcp://"
          + (host instanceof Inet6Address ? "[" + text + "]" : text)
          + ":"
          + endpoint.port();
    } catch (UnknownHostException e) {
      throw new TransportException("the host of " + endpoint + " has no address", e);
    }
  }
}
