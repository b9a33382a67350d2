// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.cluster.MapText;
import io.wisp.codec.RequestExecutor;
import io.wisp.store.Store;
import io.wisp.transport.Closing;
import io.wisp.transport.CommitToken;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.Server;
import io.wisp.transport.ServerInformation;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.handshake.ControlLoop;
import io.wisp.transport.ring.handshake.ServerFabric;
import io.wisp.transport.ring.handshake.ServerHandshake;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** A server whose clients reach into its memory: a control loop and the threads that serve. */
public final class RingServer implements Server {

  private final String name;
  private final Endpoint endpoint;
  private final ServerOptions options;
  private final ServerFabric fabric;
  private final List<IoThread> threads = new ArrayList<>();
  private final ServerHandshake handshake;
  private final ControlLoop control;
  private boolean closed;

  /**
   * Starts a server, which owns listener and fabric from now on, also if this fails.
   *
   * @param listener where clients connect, bound
   * @param endpoint what it is bound to, for people
   * @throws TransportException if the fabric or the system does not give what is needed
   */
  public RingServer(
      Transport transport,
      Store store,
      ServerOptions options,
      ServerLimits limits,
      ServerSocketChannel listener,
      Endpoint endpoint,
      ServerFabric fabric) {
    this.name = transport.name();
    this.endpoint = endpoint;
    this.options = options;
    this.fabric = fabric;
    Log.prepare();
    handshake = new ServerHandshake(store, options, fabric, limits.rings(), threads);
    CommitToken token = options.commitToken(store);
    MapText map = ServerInformation.mapOf(options);
    try {
      for (int i = 0; i < options.threads(); i++) {
        Port port = fabric.openPort(options.waiting());
        RingCommit commit =
            token == null ? null : new RingCommit(token, store, port, options.member());
        RequestExecutor executor =
            new RequestExecutor(
                commit == null ? store : commit.store(),
                options.password(),
                options.member(),
                () ->
                    ServerInformation.of(transport, statistics(), store.statistics(), map)
                        + counters().report(""));
        threads.add(
            new IoThread(
                "wisp-" + name + "-" + i,
                port,
                executor,
                commit,
                limits,
                options,
                System::nanoTime));
      }
      control =
          new ControlLoop(
              "wisp-" + name + "-control",
              listener,
              handshake,
              limits.handshake(),
              options.onThreadLost());
    } catch (IOException e) {
      abandon(listener);
      throw new TransportException("cannot listen on " + endpoint + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      abandon(listener);
      throw e;
    }
    try {
      threads.forEach(IoThread::start);
      control.start();
    } catch (RuntimeException | Error e) {
      // The system gives no more threads.
      close();
      Closing.quietly(listener);
      throw e;
    }
  }

  private void abandon(ServerSocketChannel listener) {
    threads.forEach(IoThread::close);
    fabric.close();
    Closing.quietly(listener);
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String description() {
    int count = options.threads();
    String threads = count == 1 ? "1 thread" : count + " threads";
    String table = fabric.offersTable() ? "table readable by clients" : "requests only";
    String leases = fabric.offersTable() && options.leasesTable() ? ", by leases" : "";
    return "%s at %s by %s, %s, waiting by %s, %s%s"
        .formatted(
            name, endpoint, fabric.description(), threads, options.waiting().word(), table, leases);
  }

  @Override
  public ServerStatistics statistics() {
    return handshake.statistics(sum(RequestCounters::executed), sum(RequestCounters::malformed));
  }

  private FabricCounters counters() {
    FabricCounters all = new FabricCounters();
    threads.forEach(each -> all.add(each.fabricCounters()));
    return all;
  }

  private long sum(ToLongFunction<RequestCounters> count) {
    return threads.stream().map(IoThread::counters).mapToLong(count).sum();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      // Threads first, so that no client is told of the end while its requests still change things.
      threads.forEach(IoThread::stop);
      control.stop();
      // What was on its way to a thread was made on its port, and is freed by now.
      threads.forEach(IoThread::close);
      fabric.close();
    }
  }
}
