// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.codec.Request;
import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Deadlines;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Refusals;
import io.wisp.transport.TransportException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;
import zmq.Msg;

/** A DEALER that sends requests of the binary protocol, one frame a message. */
final class ZmqClient implements Client {

  /** A submission that the server answers; any other status is the answer itself. */
  private static final Status ASKED = Status.DONE;

  /**
   * How many bytes of requests may be unanswered before the next one waits for all their replies:
   * JeroMQ takes whatever it is given and holds it in memory.
   */
  private static final long MAX_UNANSWERED_BYTES = 64L << 20;

  private static final Slice NONE = new Slice();

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final ZmqLink link;
  private final Reply reply = new Reply();
  private final Slice count = Slice.of(new byte[Integer.BYTES]);
  private final Queue<Status> submissions = new ArrayDeque<>();
  private final Deadlines deadlines = new Deadlines();
  private final Queue<Msg> early = new ArrayDeque<>();
  private int unanswered;
  private long unansweredBytes;

  ZmqClient(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.options = options;
    link = new Introduction(endpoint, options, nanoTime).connect();
  }

  @Override
  public String description() {
    return "zmq (JeroMQ) to " + endpoint;
  }

  /** Sends a request and waits for its reply. */
  private Status ask(Operation operation, Slice key, Slice value, long argument) {
    long deadline = link.deadline();
    send(operation, key, value, argument, deadline);
    link.decode(link.receive(deadline), reply);
    unanswered--;
    return reply.status();
  }

  private void send(Operation operation, Slice key, Slice value, long argument, long deadline) {
    if (unanswered == 0) {
      unansweredBytes = 0;
    }
    while (unanswered > 0 && unansweredBytes > MAX_UNANSWERED_BYTES) {
      early.add(link.receive(deadline));
      unanswered--;
    }
    unansweredBytes += link.send(operation, key, value, argument);
    unanswered++;
  }

  /** Begins a blocking call. */
  private void enterBlocking() {
    link.enter();
    if (!submissions.isEmpty()) {
      link.leave();
      throw new IllegalStateException(
          submissions.size() + " requests are outstanding, and a blocking call must wait for them");
    }
  }

  private Status call(Operation operation, Slice key, Slice value, long argument) {
    enterBlocking();
    try {
      Status refusal = Refusals.of(key, value);
      return refusal != null ? refusal : ask(operation, key, value, argument);
    } finally {
      link.leave();
    }
  }

  @Override
  public Status put(Slice key, Slice value) {
    return call(Operation.PUT, key, value, 0);
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    if (timeToLiveMillis < 1 || timeToLiveMillis > Request.MAX_TIME_TO_LIVE) {
      enterBlocking();
      link.leave();
      throw new IllegalArgumentException(
          "a time to live of "
              + timeToLiveMillis
              + " ms is not between 1 and "
              + Request.MAX_TIME_TO_LIVE);
    }
    return call(Operation.PUT, key, value, timeToLiveMillis);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    Status status = call(Operation.GET, key, NONE, 0);
    if (status == Status.FOUND) {
      give(sink);
    }
    return status;
  }

  private void give(ValueSink sink) {
    Slice value = reply.bytes();
    sink.take(value.segment(), value.offset(), value.length(), reply.argument(), Store.NEVER);
  }

  @Override
  public Status delete(Slice key) {
    return call(Operation.DELETE, key, NONE, 0);
  }

  @Override
  public boolean contains(Slice key) {
    return call(Operation.CONTAINS, key, NONE, 0) == Status.FOUND;
  }

  @Override
  public long timeToLive(Slice key) {
    return call(Operation.TIME_TO_LIVE, key, NONE, 0) == Status.FOUND ? reply.argument() : NO_KEY;
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    enterBlocking();
    try {
      long end = link.deadline();
      long next = cursor;
      int wanted = Math.max(atLeast, 1);
      do {
        count.segment().set(Request.COUNT_LAYOUT, 0, wanted);
        require(ask(Operation.SCAN, NONE, count, next));
        int given = reply.forEachKey(sink);
        if (given < 0) {
          throw link.lose(new TransportException(endpoint + " sent what is no list of keys"));
        }
        wanted -= given;
        next = reply.argument();
      } while (wanted > 0 && next != 0 && link.isBefore(end));
      return next;
    } finally {
      link.leave();
    }
  }

  private void require(Status status) {
    if (status != Status.DONE) {
      throw new TransportException(endpoint + " answers " + status + ": " + reply.bytes());
    }
  }

  @Override
  public String information() {
    enterBlocking();
    try {
      require(ask(Operation.INFORMATION, NONE, NONE, 0));
      return new String(reply.bytes().toByteArray(), StandardCharsets.UTF_8);
    } finally {
      link.leave();
    }
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    submit(Operation.PUT, key, value);
  }

  @Override
  public void submitGet(Slice key) {
    submit(Operation.GET, key, NONE);
  }

  @Override
  public void submitDelete(Slice key) {
    submit(Operation.DELETE, key, NONE);
  }

  private void submit(Operation operation, Slice key, Slice value) {
    link.enter();
    try {
      if (submissions.size() >= options.maxOutstanding()) {
        throw new IllegalStateException(
            submissions.size() + " requests are outstanding, and that is the most");
      }
      Status refusal = Refusals.of(key, value);
      long deadline = link.deadline();
      if (refusal == null) {
        send(operation, key, value, 0, deadline);
      }
      submissions.add(refusal == null ? ASKED : refusal);
      deadlines.add();
      deadlines.sent(deadline);
    } finally {
      link.leave();
    }
  }

  /** JeroMQ has been given everything already, and sends it as soon as it can. */
  @Override
  public void flush() {
    link.enter();
    link.leave();
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    link.enter();
    try {
      Status oldest = submissions.peek();
      if (oldest == null) {
        throw new IllegalStateException("no request is outstanding");
      }
      if (oldest != ASKED) {
        removeOldest();
        return oldest;
      }
      Msg message = early.poll();
      if (message == null) {
        message = link.receive(deadlines.oldest());
        unanswered--;
      }
      removeOldest();
      link.decode(message, reply);
    } finally {
      link.leave();
    }
    if (reply.status() == Status.FOUND) {
      give(sink);
    }
    return reply.status();
  }

  private void removeOldest() {
    submissions.remove();
    deadlines.removeOldest();
  }

  @Override
  public boolean isReplyReady() {
    link.enter();
    try {
      Status oldest = submissions.peek();
      if (oldest == ASKED && early.isEmpty()) {
        Msg message = link.poll();
        if (message != null) {
          early.add(message);
          unanswered--;
        }
      }
      return oldest != null && (oldest != ASKED || !early.isEmpty());
    } finally {
      link.leave();
    }
  }

  @Override
  public int outstanding() {
    return submissions.size();
  }

  @Override
  public void close() {
    link.close();
  }
}
