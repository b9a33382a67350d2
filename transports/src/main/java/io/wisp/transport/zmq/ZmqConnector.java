// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Connects to a server and makes sure that it answers and lets this client in. JeroMQ's handshake
 * may stall for good (see {@link ConnectionNudge}), so a connection over which no answer comes is
 * dropped for a fresh one, until the timeout is over. What is asked may be asked again and again.
 */
final class ZmqConnector {

  private static final Slice NONE = new Slice();
  private static final long LONGEST_FIRST_TRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final Reply reply = new Reply();

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  ZmqConnector(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.endpoint = endpoint;
    this.options = options;
  }

  /**
   * The connection, ready for requests. A try is twice as long as the one before, and the last has
   * the rest of the time, so that a server that is slow rather than deaf is waited for.
   *
   * @throws TransportTimeoutException if no try was answered
   * @throws TransportException if nothing listens, or the server refuses
   */
  ZmqLink connect() {
    long timeout = options.timeout().toNanos();
    long end = nanoTime.getAsLong() + timeout;
    long patience = Math.min(timeout / 4, LONGEST_FIRST_TRY_NANOS);
    while (end - nanoTime.getAsLong() > 2 * patience) {
      try {
        return connect(nanoTime.getAsLong() + patience);
      } catch (TransportTimeoutException e) {
        patience *= 2;
      }
    }
    return connect(end);
  }

  private ZmqLink connect(long deadline) {
    ZmqLink link = new ZmqLink(endpoint, options, deadline, nanoTime);
    try {
      greet(link, deadline);
      return link;
    } catch (RuntimeException e) {
      link.close();
      throw e;
    }
  }

  private void greet(ZmqLink link, long deadline) {
    String password = options.password();
    if (password == null) {
      link.send(Operation.PING, NONE, NONE, 0);
    } else {
      link.send(Operation.AUTHENTICATE, NONE, Slice.of(password), 0);
    }
    link.decode(link.receive(deadline), reply);
    if (reply.status() != Status.DONE) {
      throw new TransportException(endpoint + " refuses: " + reply.bytes());
    }
  }
}
