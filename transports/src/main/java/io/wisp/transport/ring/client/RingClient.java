// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.codec.Reply;
import io.wisp.codec.Request;
import io.wisp.codec.RequestDescriptor;
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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that reaches into the server's memory: it writes requests into its ring there, and gets
 * values by the path that it was told.
 *
 * <p>Requests take effect in the order of submission, whichever path they take: while requests are
 * under way in the ring, gets follow them there; and before a request goes into the ring, the gets
 * that were submitted before it are decided.
 */
final class RingClient implements Client {

  private static final Slice NONE = new Slice();

  /** How long one-sided gets go on between two looks at whether there still is a server. */
  private static final long CHECK_INTERVAL_NANOS = 2_000_000;

  /** How long it gathers, at least, what it read, before it tells the server. */
  private static final long REPORT_INTERVAL_NANOS = 50_000_000;

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final ClientConnection connection;
  private final RingCalls ring;
  private final @Nullable OneSidedGets oneSided;
  private final @Nullable ReadSample reads;
  private final ClientWait wait;
  private final LongSupplier nanoTime;
  private final Reply reply = new Reply();
  private final Slice count = Slice.of(new byte[Integer.BYTES]);
  private final Submissions submissions = new Submissions();
  private final Deadlines deadlines = new Deadlines();
  private final ReentrantLock use = new ReentrantLock();
  private final long keepAliveNanos;
  private long lastCheck;
  private long lastReport;
  private boolean released;
  private @Nullable TransportException lost;

  RingClient(
      Endpoint endpoint,
      ClientOptions options,
      ClientConnection connection,
      LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.options = options;
    this.connection = connection;
    this.nanoTime = nanoTime;
    lastCheck = nanoTime.getAsLong();
    lastReport = lastCheck;
    wait =
        new ClientWait(
            endpoint,
            options,
            connection.port(),
            connection.memory(),
            connection.control(),
            nanoTime);
    ring =
        new RingCalls(endpoint, connection.memory(), connection.port(), connection.limits(), wait);
    keepAliveNanos = connection.welcome().idleMillis() * 1_000_000 / 3;
    reads =
        connection.welcome().wantsReads()
            ? new ReadSample(connection.limits().maxPayload() - RequestDescriptor.HEADER_LENGTH)
            : null;
    try {
      // What is left of the time to connect in.
      wait.begin(wait.deadlineIn(connection.control().waitingLeftNanos()));
      oneSided = connection.readsTable(options) ? openTable() : null;
    } catch (RuntimeException | Error e) {
      release();
      throw e;
    }
  }

  private OneSidedGets openTable() {
    return new OneSidedGets(
        endpoint,
        connection.memory(),
        connection.port(),
        connection.welcome(),
        connection.clock(),
        reads,
        options.maxOutstanding(),
        wait,
        this::getByRing);
  }

  @Override
  public String description() {
    return connection.description()
        + " to "
        + endpoint
        + ", get="
        + (oneSided == null ? "ring" : "onesided")
        + ", waiting by "
        + options.waiting().word();
  }

  /** Sends a request, with a report before it if one is due, and waits for its reply. */
  private Status ask(Operation operation, Slice key, Slice value, long argument) {
    return ask(isReportDue(), operation, key, value, argument);
  }

  private Status ask(boolean reports, Operation operation, Slice key, Slice value, long argument) {
    if (reports) {
      sendReport();
    }
    ring.send(operation, key, value, argument);
    if (reports) {
      takeReport();
    }
    ring.receive(reply);
    return reply.status();
  }

  private boolean isReportDue() {
    ReadSample sample = reads;
    return sample != null
        && !sample.isEmpty()
        && nanoTime.getAsLong() - lastReport >= REPORT_INTERVAL_NANOS;
  }

  /** Tells the server what was read without asking it. */
  private void sendReport() {
    lastReport = nanoTime.getAsLong();
    ring.send(Operation.REPORT, NONE, reads == null ? NONE : reads.take(), 0);
  }

  /** The reply to a report says what time it is at the server. */
  private void takeReport() {
    ring.receive(reply);
    require(reply.status());
    connection.clock().hear(reply.argument());
  }

  /** Begins a call. */
  private void enter() {
    use.lock();
    if (wait.isClosing()) {
      use.unlock();
      throw new IllegalStateException("the client of " + endpoint + " is closed");
    }
    TransportException earlier = lost;
    if (earlier != null) {
      use.unlock();
      throw new TransportException(String.valueOf(earlier.getMessage()), earlier);
    }
    wait.begin();
  }

  /** Begins a blocking call. */
  private void enterBlocking() {
    enter();
    if (submissions.size() > 0) {
      use.unlock();
      throw new IllegalStateException(
          submissions.size() + " requests are outstanding, and a blocking call must wait for them");
    }
  }

  private TransportException lose(TransportException why) {
    lost = why;
    return why;
  }

  private Status call(Operation operation, Slice key, Slice value, long argument) {
    enterBlocking();
    try {
      Status refusal = Refusals.of(key, value);
      if (refusal != null) {
        return refusal;
      }
      if (operation == Operation.PUT || operation == Operation.DELETE) {
        forget(key);
      }
      return ask(operation, key, value, argument);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private void forget(Slice key) {
    OneSidedGets reader = oneSided;
    if (reader != null) {
      reader.forget(key);
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
      use.unlock();
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
    enterBlocking();
    try {
      Status refusal = Refusals.of(key);
      if (refusal != null) {
        return refusal;
      }
      OneSidedGets reader = oneSided;
      if (reader == null) {
        return getByRing(key, sink);
      }
      checkServer();
      return reader.get(key, sink);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private Status getByRing(Slice key, ValueSink sink) {
    sink.begin();
    boolean reports = isReportDue() || (oneSided != null && !connection.clock().isKnown());
    Status status = ask(reports, Operation.GET, key, NONE, 0);
    if (status == Status.FOUND) {
      give(sink);
    }
    return status;
  }

  private void give(ValueSink sink) {
    Slice value = reply.bytes();
    sink.take(value.segment(), value.offset(), value.length(), reply.argument(), Store.NEVER);
  }

  /**
   * Sees to it that reading memory does not go on after its server's end, or as an idle client.
   * Nothing is under way in the ring.
   */
  private void checkServer() {
    if (!lookAtServer()) {
      return;
    }
    boolean mustShowLife = keepAliveNanos > 0 && lastCheck - lastReport > keepAliveNanos;
    if (mustShowLife || isReportDue()) {
      sendReport();
      takeReport();
    }
  }

  /** Makes sure that the server is there, and says whether it was time to look. */
  private boolean lookAtServer() {
    wait.failIfBroken();
    long now = nanoTime.getAsLong();
    if (now - lastCheck < CHECK_INTERVAL_NANOS) {
      return false;
    }
    lastCheck = now;
    wait.failIfServerIsGone();
    return true;
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
      long end = wait.deadline();
      long next = cursor;
      int wanted = Math.max(atLeast, 1);
      do {
        wait.begin();
        count.segment().set(Request.COUNT_LAYOUT, 0, wanted);
        require(ask(Operation.SCAN, NONE, count, next));
        int given = reply.forEachKey(sink);
        if (given < 0) {
          throw new TransportException(endpoint + " sent what is no list of keys");
        }
        wanted -= given;
        next = reply.argument();
      } while (wanted > 0 && next != 0 && wait.isBefore(end));
      return next;
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
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
      String server = new String(reply.bytes().toByteArray(), StandardCharsets.UTF_8);
      return server + LookupReport.of(oneSided, reads);
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
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
    enter();
    try {
      if (submissions.size() >= options.maxOutstanding()) {
        throw new IllegalStateException(
            submissions.size() + " requests are outstanding, and that is the most");
      }
      Status refusal = Refusals.of(key, value);
      if (refusal != null) {
        submissions.addRefused(refusal);
        deadlines.add();
        return;
      }
      OneSidedGets reader = oneSided;
      if (reader != null
          && operation == Operation.GET
          && ring.unanswered() == 0
          && reader.hasRoom()) {
        checkServer();
        reader.submit(key);
        submissions.addOneSided();
        deadlines.add();
        return;
      }
      if (reader != null) {
        reader.decideAll();
        if (operation != Operation.GET) {
          reader.forget(key);
        }
      }
      ring.send(operation, key, value, 0);
      submissions.addRing();
      deadlines.add();
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public void flush() {
    enter();
    try {
      OneSidedGets reader = oneSided;
      if (reader != null) {
        reader.flush();
      }
      ring.flush();
      noteSent();
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private void noteSent() {
    if (deadlines.anyUnsent()) {
      deadlines.sent(wait.deadline());
    }
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    enter();
    try {
      if (submissions.size() == 0) {
        throw new IllegalStateException("no request is outstanding");
      }
      noteSent();
      wait.begin(deadlines.oldest());
      int oldest = submissions.oldest();
      Status status;
      if (oldest == Submissions.RING) {
        ring.receive(reply);
        removeOldest();
        status = reply.status();
        if (status == Status.FOUND) {
          give(sink);
        }
      } else {
        OneSidedGets reader = oneSided;
        removeOldest();
        status =
            oldest == Submissions.ONE_SIDED && reader != null
                ? reader.complete(sink)
                : Status.ofCode(oldest);
      }
      return status;
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public boolean isReplyReady() {
    enter();
    try {
      boolean ready = submissions.size() > 0 && isOldestReady(submissions.oldest());
      if (!ready) {
        lookAtServer();
      }
      return ready;
    } catch (TransportException e) {
      throw lose(e);
    } finally {
      use.unlock();
    }
  }

  private void removeOldest() {
    submissions.removeOldest();
    deadlines.removeOldest();
  }

  private boolean isOldestReady(int oldest) {
    if (oldest == Submissions.RING) {
      return ring.isReady();
    }
    OneSidedGets reader = oneSided;
    return oldest != Submissions.ONE_SIDED || reader == null || reader.isReady();
  }

  @Override
  public int outstanding() {
    return submissions.size();
  }

  @Override
  public void close() {
    wait.close();
    use.lock();
    try {
      release();
    } finally {
      use.unlock();
    }
  }

  private void release() {
    if (!released) {
      released = true;
      connection.memory().close();
      OneSidedGets reader = oneSided;
      if (reader != null) {
        reader.close();
      }
      ring.close();
      connection.close();
    }
  }
}
