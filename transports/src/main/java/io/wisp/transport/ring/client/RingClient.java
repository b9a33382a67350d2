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
 * <p>Requests take effect in the order of submission, whichever path they take: while requests are
 * under way in the ring, gets follow them there; and before a request goes into the ring, the gets
 * that were submitted before it are decided.
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
  private final @Nullable ReadSample reads;
  private final ClientWait wait;
  private final long keepAliveNanos;
  private long lastCheck;
  private long lastReport;

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
    ring = new RingCalls(endpoint, connection, wait);
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
                  endpoint, connection, reads, options.maxOutstanding(), wait, this::getByRing)
              : null;
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
    return oneSided == null ? "ring" : "onesided";
  }

  @Override
  public String information() {
    String lookups = oneSided == null ? "" : oneSided.report();
    return super.information() + "client_get:" + getPath() + "\n" + lookups;
  }

  @Override
  protected void beginWaiting(long deadline) {
    wait.begin(deadline);
  }

  @Override
  protected Status ask(Operation operation, Slice key, Slice value, long argument) {
    forgetIfChanged(operation, key);
    return ask(isReportDue(), operation, key, value, argument);
  }

  /** Sends a request, with a report before it if one is due, and waits for its reply. */
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

  private void forgetIfChanged(Operation operation, Slice key) {
    if (oneSided != null && (operation == Operation.PUT || operation == Operation.DELETE)) {
      oneSided.forget(key);
    }
  }

  private boolean isReportDue() {
    return reads != null
        && !reads.isEmpty()
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
    requireDone(reply.status());
    connection.clock().hear(reply.argument());
  }

  @Override
  protected Status lookUp(Slice key, ValueSink sink) {
    if (oneSided == null) {
      return getByRing(key, sink);
    }
    checkServer();
    return oneSided.get(key, sink);
  }

  private Status getByRing(Slice key, ValueSink sink) {
    sink.begin();
    boolean reports = isReportDue() || (oneSided != null && !connection.clock().isKnown());
    return give(ask(reports, Operation.GET, key, NONE, 0), sink);
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
  protected void checkConnection() {
    lookAtServer();
  }

  @Override
  protected int send(Operation operation, Slice key, Slice value) {
    if (oneSided != null) {
      if (operation == Operation.GET && ring.unanswered() == 0 && oneSided.hasRoom()) {
        checkServer();
        oneSided.submit(key);
        return ONE_SIDED;
      }
      oneSided.decideAll();
    }
    forgetIfChanged(operation, key);
    ring.send(operation, key, value, 0);
    return RING;
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
  }

  @Override
  protected Status receive(int path, ValueSink sink) {
    if (path == ONE_SIDED && oneSided != null) {
      return oneSided.complete(sink);
    }
    ring.receive(reply);
    return give(reply.status(), sink);
  }

  @Override
  protected boolean isReady(int path) {
    return (path == ONE_SIDED && oneSided != null) ? oneSided.isReady() : ring.isReady();
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
