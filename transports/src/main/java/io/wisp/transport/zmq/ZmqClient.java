// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Operation;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.FrameClient;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;
import zmq.Msg;

/** A DEALER that sends requests of the binary protocol, one frame a message. */
final class ZmqClient extends FrameClient {

  /** The one path of replies. */
  private static final int DEALER = 0;

  /**
   * How many bytes of requests may be unanswered before the next one waits for all their replies:
   * JeroMQ takes whatever it is given and holds it in memory.
   */
  private static final long MAX_UNANSWERED_BYTES = 64L << 20;

  private final ZmqLink link;
  private final Queue<Msg> early = new ArrayDeque<>();
  private int unanswered;
  private long unansweredBytes;

  /** Until when the call in progress may wait. */
  private long deadline;

  ZmqClient(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    super(endpoint, options, nanoTime);
    link = new ZmqConnector(endpoint, options, nanoTime).connect();
  }

  @Override
  public String description() {
    return "zmq (JeroMQ) to " + endpoint;
  }

  @Override
  protected void beginWaiting(long until) {
    deadline = until == TIMEOUT ? deadline() : until;
  }

  @Override
  protected Status ask(Operation operation, Slice key, Slice value, long argument) {
    send(operation, key, value, argument);
    link.decode(receive(), reply);
    return reply.status();
  }

  @Override
  protected int send(Operation operation, Slice key, Slice value) {
    send(operation, key, value, 0);
    return DEALER;
  }

  private void send(Operation operation, Slice key, Slice value, long argument) {
    if (unanswered == 0) {
      unansweredBytes = 0;
    }
    while (unanswered > 0 && unansweredBytes > MAX_UNANSWERED_BYTES) {
      early.add(receive());
    }
    unansweredBytes += link.send(operation, key, value, argument);
    unanswered++;
  }

  /** The next reply that has not been received. */
  private Msg receive() {
    Msg message = link.receive(deadline);
    unanswered--;
    return message;
  }

  /** JeroMQ has been given everything already, and sends it as soon as it can. */
  @Override
  protected void sendAll() {}

  @Override
  protected boolean sendsAtOnce() {
    return true;
  }

  @Override
  protected Status receive(int path, ValueSink sink) {
    Msg message = early.poll();
    link.decode(message == null ? receive() : message, reply);
    return give(reply.status(), sink);
  }

  @Override
  protected boolean isReady(int path) {
    if (early.isEmpty()) {
      Msg message = link.poll();
      if (message != null) {
        early.add(message);
        unanswered--;
      }
    }
    return !early.isEmpty();
  }

  @Override
  protected void checkConnection() {
    link.failIfUseless();
  }

  @Override
  protected void stopWaiting() {
    link.stopWaiting();
  }

  @Override
  protected void release() {
    link.close();
  }
}
