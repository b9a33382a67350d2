// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.FrameClient;
import io.wisp.transport.GetPath;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.transport.ring.handshake.ControlLink;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that reaches into the server's memory: it writes requests into its ring there, and gets
 * values by the path that it was told.
 *
 * <p>Writes take effect in the order of submission among all requests, whichever path they take:
 * while writes are under way in the ring, gets follow them there; and before a write goes into the
 * ring, the gets that were submitted before it are decided, or go into the ring before it. Gets
 * between two writes have no order among each other.
 */
public final class RingClient extends FrameClient {

  // The paths of replies.
  private static final int RING = 0;
  private static final int ONE_SIDED = 1;

  /** How long one-sided gets go on between two looks at whether there still is a server. */
  private static final long CHECK_INTERVAL_NANOS = 2_000_000;

  /** How long it gathers, at least, what it read, before it tells the server. */
  private static final long REPORT_INTERVAL_NANOS = 50_000_000;

  private final ClientOptions options;
  private final ClientConnection connection;
  private final RingCalls ring;
  private final @Nullable OneSidedGets oneSided;
  private final SubmittedRequests submitted = new SubmittedRequests();

  // Of gets one at a time and of many at once, where the client may choose.
  private final @Nullable QuickerPath path;
  private final @Nullable BatchPath batchPath;

  private final @Nullable ReadSample reads;
  private final ClientWait wait;
  private final long keepAliveNanos;
  private long lastCheck;
  private long lastReport;

  /** The last write that was sent, or a number before all. */
  private long lastWrite = -1;

  private RingClient(
      Endpoint endpoint,
      ClientOptions options,
      ClientConnection connection,
      LongSupplier nanoTime) {
    super(endpoint, options, nanoTime);
    this.options = options;
    this.connection = connection;
    lastCheck = nanoTime.getAsLong();
    lastReport = lastCheck;
    wait = new ClientWait(endpoint, options, connection, nanoTime);
    ArrivedReads arrived = new ArrivedReads(connection.memory());
    ring = new RingCalls(endpoint, connection, arrived, wait);
    keepAliveNanos = connection.welcome().idleMillis() * 1_000_000 / 3;
    reads =
        connection.welcome().wantsReads()
            ? new ReadSample(connection.limits().maxPayload() - RequestDescriptor.HEADER_LENGTH)
            : null;
    try {
      // What is left of the time to connect in.
      wait.begin((nanoTime.getAsLong() + connection.control().waitingLeftNanos()) | 1);
      oneSided =
          connection.readsTable(options)
              ? new OneSidedGets(
                  endpoint,
                  connection,
                  options.getPath() == GetPath.AUTO,
                  reads,
                  options.maxOutstanding(),
                  wait,
                  arrived,
                  ring)
              : null;
      boolean chooses = oneSided != null && oneSided.isAddressesOnly();
      path = chooses ? new QuickerPath() : null;
      batchPath = chooses ? new BatchPath(nanoTime) : null;
    } catch (RuntimeException | Error e) {
      release();
      throw e;
    }
  }

  /**
   * Connects to a server.
   *
   * @param channel for the control connection, not connected yet; it belongs to the client from now
   *     on, also if this fails
   * @param address where the server listens
   * @param endpoint the same, for people
   * @param fabric what carries the bytes, which belongs to the client likewise
   * @param nanoTime a clock that only goes on, in nanoseconds: {@link System#nanoTime}
   * @throws io.wisp.transport.TransportException if the server cannot be reached, does not answer
   *     in time, refuses, or what it offers does not work
   */
  public static Client connect(
      SocketChannel channel,
      SocketAddress address,
      Endpoint endpoint,
      ClientFabric fabric,
      ClientOptions options,
      LongSupplier nanoTime) {
    ControlLink control;
    try {
      control = new ControlLink(channel, address, endpoint, options.timeout().toNanos());
    } catch (RuntimeException | Error e) {
      fabric.close();
      throw e;
    }
    ClientConnection connection;
    try {
      connection = ClientConnection.open(control, fabric, endpoint, options, nanoTime);
    } catch (RuntimeException | Error e) {
      fabric.close();
      control.close();
      throw e;
    }
    return new RingClient(endpoint, options, connection, nanoTime);
  }

  @Override
  public String description() {
    return "%s to %s, get=%s, waiting by %s"
        .formatted(
            connection.fabric().description(), endpoint, getPath(), options.waiting().word());
  }

  private String getPath() {
    return oneSided == null ? GetPath.RING.word() : options.getPath().word();
  }

  @Override
  public String information() {
    return super.information()
        + "client_get:"
        + getPath()
        + "\n"
        + (oneSided == null ? "" : oneSided.report())
        + connection.fabric().port().counters().report("client_");
  }

  @Override
  protected void beginWaiting(long deadline) {
    wait.begin(deadline);
  }

  @Override
  protected Status ask(Operation operation, Slice key, Slice value, long argument) {
    return ask(isReportDue(), operation, key, hash(key), value, argument);
  }

  /** Sends a request, with a report before it if one is due, and waits for its reply. */
  private Status ask(
      boolean reports, Operation operation, Slice key, long hash, Slice value, long argument) {
    long report = reports ? sendReport() : 0;
    long number = sendByRing(operation, key, hash, value, argument);
    if (reports) {
      takeReport(report);
    }
    return receiveByRing(number, hash);
  }

  /** The hash by which the address of a key's record is remembered, where any is. */
  private long hash(Slice key) {
    return oneSided == null || key.length() == 0 ? 0 : oneSided.hash(key);
  }

  private long sendByRing(Operation operation, Slice key, long hash, Slice value, long argument) {
    boolean wantsAddress = oneSided != null && oneSided.wantsAddresses();
    long number = ring.send(operation, key, value, argument, wantsAddress);
    if (oneSided != null && operation == Operation.GET) {
      oneSided.countAsked();
    }
    if (operation.writes()) {
      lastWrite = number;
      if (oneSided != null) {
        oneSided.forget(hash);
      }
    }
    return number;
  }

  private Status receiveByRing(long number, long hash) {
    ring.receive(number, reply);
    Status status = reply.status();
    if (oneSided != null) {
      oneSided.learn(hash, status, ring.address());
    }
    return status;
  }

  private boolean isReportDue() {
    return reads != null
        && !reads.isEmpty()
        && nanoTime.getAsLong() - lastReport >= REPORT_INTERVAL_NANOS;
  }

  /** Tells the server what was read without asking it. */
  private long sendReport() {
    lastReport = nanoTime.getAsLong();
    return ring.send(Operation.REPORT, NONE, reads == null ? NONE : reads.take(), 0, false);
  }

  /** The reply to a report says what time it is at the server. */
  private void takeReport(long number) {
    ring.receive(number, reply);
    requireDone(reply.status());
    connection.clock().hear(reply.argument());
  }

  @Override
  protected Status lookUp(Slice key, ValueSink sink) {
    OneSidedGets gets = oneSided;
    QuickerPath choice = path;
    if (gets == null) {
      return getByRing(false, key, 0, sink);
    }
    long hash = gets.hash(key);
    return choice == null ? read(gets, key, hash, sink) : lookUp(gets, choice, key, hash, sink);
  }

  private Status lookUp(
      OneSidedGets gets, QuickerPath choice, Slice key, long hash, ValueSink sink) {
    boolean canRead = gets.canRead(hash);
    boolean reads = choice.next() && canRead;
    // What asks because it must says nothing of what asks by choice: it may be absent, or short.
    boolean timed = choice.isSampled() && canRead;
    long start = timed ? nanoTime.getAsLong() : 0;
    Status status = reads ? read(gets, key, hash, sink) : getByRing(false, key, hash, sink);
    if (timed && !(reads && gets.lacksTime())) {
      choice.took(reads, nanoTime.getAsLong() - start);
    }
    return status;
  }

  private Status read(OneSidedGets gets, Slice key, long hash, ValueSink sink) {
    checkServer();
    Status status = gets.get(key, hash, sink);
    return status == null ? getByRing(gets.lacksTime(), key, hash, sink) : status;
  }

  /** Asks the server for a value, and for the time if that is wanted: it comes with a report. */
  private Status getByRing(boolean asksTime, Slice key, long hash, ValueSink sink) {
    sink.begin();
    return give(ask(asksTime || isReportDue(), Operation.GET, key, hash, NONE, 0), sink);
  }

  /** Sees to it that reading memory does not go on after its server's end, or as an idle client. */
  private void checkServer() {
    if (!lookAtServer()) {
      return;
    }
    boolean mustShowLife = keepAliveNanos > 0 && lastCheck - lastReport > keepAliveNanos;
    boolean wantsTime = oneSided != null && oneSided.takeLackOfTime();
    if (mustShowLife || wantsTime || isReportDue()) {
      takeReport(sendReport());
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
  protected void checkConnection() {
    lookAtServer();
  }

  @Override
  protected int send(Operation operation, Slice key, Slice value) {
    long hash = hash(key);
    if (oneSided != null) {
      if (operation.writes()) {
        oneSided.precedeWrite();
      } else if (mayRead(hash) && oneSided.hasRoom()) {
        checkServer();
        oneSided.submit(key, hash);
        note(operation, hash);
        return ONE_SIDED;
      }
      note(operation, hash);
    }
    submitted.add(sendByRing(operation, key, hash, value, 0), hash);
    return RING;
  }

  /** Whether a get may read the table now: no write is under way, and it is not slower. */
  private boolean mayRead(long hash) {
    return oneSided != null
        && ring.isAnswered(lastWrite)
        && (batchPath == null || batchPath.reads())
        && oneSided.canRead(hash);
  }

  private void note(Operation operation, long hash) {
    if (batchPath != null && oneSided != null) {
      if (operation.writes()) {
        batchPath.addWrite();
      } else {
        batchPath.addGet(oneSided.canRead(hash));
      }
    }
  }

  @Override
  protected boolean sendsAtOnce() {
    return false;
  }

  @Override
  protected void sendAll() {
    if (oneSided != null) {
      oneSided.flush();
    }
    ring.flush();
    if (batchPath != null) {
      batchPath.flush(outstanding());
    }
  }

  @Override
  protected Status receive(int path, ValueSink sink) {
    if (batchPath == null) {
      return receiveFrom(path, sink);
    }
    if (batchPath.isUnflushed()) {
      batchPath.flush(1 + outstanding());
    }
    try {
      return receiveFrom(path, sink);
    } finally {
      batchPath.complete();
    }
  }

  private Status receiveFrom(int path, ValueSink sink) {
    long number;
    long hash;
    if (path == ONE_SIDED && oneSided != null) {
      number = oneSided.settleOldest();
      if (number == PendingGet.NOT_ASKED) {
        return oneSided.finishOldest(sink);
      }
      hash = oneSided.oldestHash();
      oneSided.removeOldest();
    } else {
      number = submitted.number();
      hash = submitted.hash();
      submitted.removeOldest();
    }
    return give(receiveByRing(number, hash), sink);
  }

  @Override
  protected boolean isReady(int path) {
    if (path == ONE_SIDED && oneSided != null) {
      if (!oneSided.isOldestSettled()) {
        return false;
      }
      long number = oneSided.oldestNumber();
      return number == PendingGet.NOT_ASKED || ring.isReady(number);
    }
    return ring.isReady(submitted.number());
  }

  @Override
  protected void stopWaiting() {
    wait.close();
  }

  @Override
  protected void release() {
    connection.memory().close();
    if (oneSided != null) {
      oneSided.close();
    }
    ring.close();
    connection.close();
  }
}
