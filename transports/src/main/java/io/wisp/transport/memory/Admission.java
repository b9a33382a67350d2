// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.memory;

import io.wisp.store.Store;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Who may connect and how many, what each is offered, and how many there were. */
final class Admission {

  private final Store store;
  private final ServerOptions options;
  private final ServerFabric fabric;
  private final ServerLimits limits;
  private final List<IoThread> threads;
  private final AtomicInteger clients = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder faults = new LongAdder();

  Admission(
      Store store,
      ServerOptions options,
      ServerFabric fabric,
      ServerLimits limits,
      List<IoThread> threads) {
    this.store = store;
    this.options = options;
    this.fabric = fabric;
    this.limits = limits;
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

  IoThread leastLoaded() {
    return threads.stream().min(Comparator.comparingInt(IoThread::load)).orElseThrow();
  }

  ServerOffer offer(IoThread thread) {
    return fabric.offer(thread.port(), limits.rings().ringBytes());
  }

  ControlMessage.Welcome welcome(ByteBuffer offer) {
    return new ControlMessage.Welcome(
        ControlMessage.VERSION,
        limits.rings().ringBytes(),
        store.currentTimeMillis(),
        options.idleTimeout().toMillis(),
        fabric.readsLinesInOnePiece(),
        store.wantsReads(),
        fabric.table(),
        offer);
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

  int clients() {
    return clients.get();
  }

  long accepted() {
    return accepted.sum();
  }

  long rejected() {
    return rejected.sum();
  }

  long faults() {
    return faults.sum();
  }
}
