// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.store.Store;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RingLimits;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the handshakes of a server have in common: who may connect and how many, what each is
 * offered, and how many there were.
 */
public final class ServerHandshake {

  private final Store store;
  private final ServerOptions options;
  private final ServerFabric fabric;
  private final RingLimits rings;
  private final List<? extends ServingThread> threads;
  private final AtomicInteger clients = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder faults = new LongAdder();

  /** Handshakes for threads that serve, not all of which need be there yet. */
  public ServerHandshake(
      Store store,
      ServerOptions options,
      ServerFabric fabric,
      RingLimits rings,
      List<? extends ServingThread> threads) {
    this.store = store;
    this.options = options;
    this.fabric = fabric;
    this.rings = rings;
    this.threads = threads;
  }

  @Nullable String password() {
    return options.password();
  }

  /** Counts a client in, who leaves by {@link #leave}. */
  void admit() {
    if (clients.incrementAndGet() > options.maxClients()) {
      clients.decrementAndGet();
      throw new TransportException(
          "there are " + options.maxClients() + " clients already, and that is the limit");
    }
  }

  void leave() {
    clients.decrementAndGet();
  }

  ServingThread leastLoaded() {
    return threads.stream().min(Comparator.comparingInt(ServingThread::load)).orElseThrow();
  }

  ServerOffer offer(ServingThread thread, SocketAddress reached) {
    return fabric.offer(thread.port(), rings.ringBytes(), reached);
  }

  ControlMessage.Welcome welcome(ServerOffer offer) {
    RemoteBuffer table = offer.table();
    boolean isThere = table.length() > 0;
    boolean isLeased = isThere && options.leasesTable();
    return new ControlMessage.Welcome(
        ControlMessage.VERSION,
        rings.ringBytes(),
        store.currentTimeMillis(),
        options.idleTimeout().toMillis(),
        fabric.readsLinesInOnePiece(),
        store.wantsReads(),
        isThere,
        isLeased,
        isLeased ? RemoteBuffer.NONE : table,
        offer.encoded());
  }

  /** The table of an offer, for a client that keeps to leases. */
  RemoteBuffer leasedTable(ServerOffer offer) throws ControlMessage.FaultException {
    RemoteBuffer table = offer.table();
    if (table.length() == 0 || !options.leasesTable()) {
      throw new ControlMessage.FaultException("an answer to leases that were not offered");
    }
    return table;
  }

  void countAccepted() {
    accepted.increment();
  }

  void countRejection() {
    rejected.increment();
  }

  void countFault() {
    faults.increment();
  }

  /** What a server has done, which also knows of requests. */
  public ServerStatistics statistics(long requests, long malformed) {
    return new ServerStatistics(
        clients.get(), accepted.sum(), rejected.sum(), requests, faults.sum() + malformed);
  }
}
