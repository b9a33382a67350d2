// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.remote.KeyHandle;
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

  private final ClientOptions options;
  private final ClientConnection connection;
  private final RingCalls ring;
  private final @Nullable OneSidedGets oneSided;
  private final SubmittedRequests submitted = new SubmittedRequests();

  // Of gets one at a time and of many at once, where the client may choose.
  private final @Nullable QuickerPath path;
  private final @Nullable PipelinedPath pipelinedPath;

  private final ClientWait wait;
  private final ServerContact contact;

  /** The key of the request that is being made. */
  private final KeyHandle current = new KeyHandle();

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
    wait = new ClientWait(endpoint, options, connection, nanoTime);
    ArrivedReads arrived = new ArrivedReads(connection.memory());
    boolean readsTable = connection.readsTable(options);
    TableLease lease = readsTable && connection.readsByLeases() ? new TableLease(nanoTime) : null;
    ring = new RingCalls(endpoint, connection, arrived, wait, lease);
    ReadSample reads =
        connection.welcome().wantsReads()
            ? new ReadSample(connection.limits().maxPayload() - RequestDescriptor.HEADER_LENGTH)
            : null;
    contact = new ServerContact(endpoint, connection, ring, wait, reads, nanoTime);
    try {
      // What is left of the time to connect in.
      wait.begin((nanoTime.getAsLong() + connection.control().waitingLeftNanos()) | 1);
      oneSided =
          readsTable
              ? new OneSidedGets(
                  endpoint,
                  connection,
                  options.getPath() == GetPath.AUTO,
                  reads,
                  lease,
                  options.maxOutstanding(),
                  wait,
                  arrived,
                  ring)
              : null;
      boolean chooses = oneSided != null && oneSided.isAddressesOnly();
      path = chooses ? new QuickerPath() : null;
      pipelinedPath = chooses ? new PipelinedPath(nanoTime) : null;
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
    if (oneSided != null) {
      oneSided.addresses().findToLearn(key, current);
    }
    return ask(contact.isReportDue(), operation, key, value, argument);
  }

  /** Sends a request, with a report before it if one is due, and waits for its reply. */
  private Status ask(boolean reports, Operation operation, Slice key, Slice value, long argument) {
    long report = reports ? contact.sendReport() : 0;
    long number = sendByRing(operation, key, value, argument);
    if (reports) {
      contact.takeReply(report);
    }
    return receiveByRing(number, current);
  }

  private long sendByRing(Operation operation, Slice key, Slice value, long argument) {
    boolean wantsAddress = oneSided != null && oneSided.addresses().areWanted(current);
    long number = ring.send(operation, key, value, argument, wantsAddress);
    if (operation.writes()) {
      lastWrite = number;
    } else if (oneSided != null && operation == Operation.GET) {
      oneSided.countAsked();
    }
    return number;
  }

  private Status receiveByRing(long number, KeyHandle handle) {
    ring.receive(number, reply);
    Status status = reply.status();
    if (oneSided != null) {
      oneSided.addresses().learn(handle, status, ring.address());
    }
    return status;
  }

  @Override
  protected Status lookUp(Slice key, ValueSink sink) {
    OneSidedGets gets = oneSided;
    QuickerPath choice = path;
    if (gets == null) {
      return getByRing(false, key, sink);
    }
    gets.addresses().find(key, current);
    gets.addresses().noteUse();
    if (!gets.mayRead()) {
      return getByRing(false, key, sink);
    }
    return choice == null ? read(gets, key, sink) : lookUp(gets, choice, key, sink);
  }

  private Status lookUp(OneSidedGets gets, QuickerPath choice, Slice key, ValueSink sink) {
    if (!gets.canRead(current)) {
      // What asks because it must says nothing of what asks by choice: it may be absent, or short.
      return getByRing(false, key, sink);
    }
    boolean reads = choice.next();
    boolean timed = choice.isTimed();
    long start = timed ? nanoTime.getAsLong() : 0;
    Status status = reads ? read(gets, key, sink) : getByRing(false, key, sink);
    if (timed) {
      choice.took(reads, nanoTime.getAsLong() - start);
    }
    return status;
  }

  private Status read(OneSidedGets gets, Slice key, ValueSink sink) {
    checkServer(gets);
    Status status = gets.get(key, current, sink);
    return status == null ? getByRing(gets.lacksTime(), key, sink) : status;
  }

  /** Asks the server for a value, and for the time if that is wanted: it comes with a report. */
  private Status getByRing(boolean asksTime, Slice key, ValueSink sink) {
    sink.begin();
    return give(ask(asksTime || contact.isReportDue(), Operation.GET, key, NONE, 0), sink);
  }

  /** Sees to it that reading memory does not go on after its server's end, or as an idle client. */
  private void checkServer(OneSidedGets gets) {
    if (contact.look()) {
      contact.reportIfDue(gets.takeLackOfTime());
    }
  }

  @Override
  protected void checkConnection() {
    if (outstanding() == 0) {
      contact.look();
    } else {
      contact.lookBehindReplies();
    }
  }

  @Override
  protected int send(Operation operation, Slice key, Slice value) {
    OneSidedGets gets = oneSided;
    if (gets != null) {
      if (!operation.writes() && ring.isAnswered(lastWrite)) {
        if (submitRead(gets, key)) {
          return ONE_SIDED;
        }
      } else {
        prepareForRing(gets, operation, key);
      }
    }
    submitted.add(sendByRing(operation, key, value, 0), current);
    return RING;
  }

  /** Submits a get that may read if it can, and if that is not slower. */
  private boolean submitRead(OneSidedGets gets, Slice key) {
    gets.addresses().find(key, current);
    boolean able = gets.mayRead() && gets.canRead(current);
    if (pipelinedPath != null) {
      pipelinedPath.addGet(able);
    }
    if (!able || !gets.hasRoom() || (pipelinedPath != null && !pipelinedPath.reads())) {
      return false;
    }
    checkServer(gets);
    gets.submit(key, current);
    return true;
  }

  /** Prepares for a write, or for a get that has to follow one into the ring. */
  private void prepareForRing(OneSidedGets gets, Operation operation, Slice key) {
    if (operation.writes()) {
      gets.precedeWrite();
    }
    gets.addresses().findToLearn(key, current);
    if (pipelinedPath != null) {
      pipelinedPath.addOther();
    }
  }

  @Override
  protected boolean sendsAtOnce() {
    return false;
  }

  @Override
  protected void sendAll() {
    // First, because some read at once what they are told to.
    noteFlush();
    if (oneSided != null) {
      oneSided.flush();
    }
    ring.flush();
  }

  private void noteFlush() {
    if (pipelinedPath != null && pipelinedPath.isUnflushed()) {
      if (oneSided != null && pipelinedPath.isOfGets()) {
        oneSided.addresses().noteUse();
      }
      pipelinedPath.flush();
    }
  }

  @Override
  protected Status receive(int path, ValueSink sink) {
    if (pipelinedPath == null) {
      return receiveFrom(path, sink);
    }
    noteFlush();
    try {
      return receiveFrom(path, sink);
    } finally {
      pipelinedPath.complete();
    }
  }

  private Status receiveFrom(int path, ValueSink sink) {
    long number;
    KeyHandle key;
    if (path == ONE_SIDED && oneSided != null) {
      number = oneSided.settleOldest();
      if (number == PendingGet.NOT_ASKED) {
        return oneSided.finishOldest(sink);
      }
      key = oneSided.oldestKey();
      oneSided.removeOldest();
    } else {
      number = submitted.number();
      key = submitted.key();
      submitted.removeOldest();
    }
    return give(receiveByRing(number, key), sink);
  }

  @Override
  protected boolean isReady(int path) {
    noteFlush();
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
