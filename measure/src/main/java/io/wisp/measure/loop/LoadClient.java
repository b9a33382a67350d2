// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.latency.Tallies;
import io.wisp.measure.workload.KeySpace;
import io.wisp.measure.workload.RequestSource;
import io.wisp.measure.workload.Workload;
import io.wisp.measure.workload.WrongValueException;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One connection under load. Each method that makes requests returns when they are done or the
 * connection breaks, which {@link #breakdown} tells, or the clock is stopped. Belongs to one thread
 * at a time.
 */
public final class LoadClient implements AutoCloseable {

  /** What a schedule must have at least for its parts to tell whether a client keeps up. */
  private static final long TELLING_REQUESTS = 200;

  private final int index;
  private final int clients;
  private final Exchange exchange;
  private final ClosedLoop closedLoop;
  private final SplittableRandom random;
  private final Duration timeout;
  private @Nullable String breakdown;
  private long unsent;
  private boolean fellBehind;

  /** How many requests may still be sent, and until when, of a closed loop that shares a thread. */
  private long left;

  private long end;
  private boolean isFirstTurn;

  /**
   * A client with a source of randomness of its own.
   *
   * @param client the connection, which this closes
   * @param index which of the clients it is, from 0
   * @param depth how many requests may be outstanding
   * @param timeout the connection's
   */
  public LoadClient(
      Client client,
      Workload workload,
      KeySpace space,
      int index,
      int clients,
      int depth,
      LoadClock clock,
      Duration timeout,
      SplittableRandom random) {
    this.index = index;
    this.clients = clients;
    this.random = random;
    this.timeout = timeout;
    RequestSource source = new RequestSource(workload, space, index, clients, random.split());
    exchange = new Exchange(client, source, clock, depth, ReplyCheck.ofValues(source));
    closedLoop = new ClosedLoop(exchange);
  }

  /**
   * Makes room for what comes of the next requests and forgets the last, so that the thread which
   * makes them need not. The histograms of an open loop are some megabytes.
   */
  public void prepare(boolean openLoop) {
    exchange.record(openLoop);
  }

  /** Puts its part of the first keys. */
  public void preload(long keys) {
    long first = 0;
    for (int i = 0; i < index; i++) {
      first += Arrivals.share(keys, i, clients);
    }
    long begin = first;
    exchange.record(false);
    unlessBroken(
        () -> closedLoop.preload(begin, begin + Arrivals.share(keys, index, clients), key -> true));
  }

  /**
   * Does its share of requests in a closed loop.
   *
   * @param start when all clients begin, by the client's clock
   */
  public void closedLoop(Extent extent, long start) {
    exchange.record(false);
    unlessBroken(
        () -> {
          switch (extent) {
            case Extent.Requests all ->
                closedLoop.run(Arrivals.share(all.number(), index, clients));
            case Extent.Time time -> closedLoop.runUntil(start + time.duration().toNanos());
          }
        });
  }

  /**
   * Does the shares of several clients in a closed loop, in the thread that calls. All have a batch
   * under way at once, and each sends its next one when the thread has come round to its replies:
   * this is how an event loop drives many connections, here in their order, as a server answers
   * them.
   *
   * @param start when all clients begin, by the clients' clocks
   */
  public static void closedLoop(List<LoadClient> clients, Extent extent, long start) {
    if (clients.size() == 1) {
      clients.getFirst().closedLoop(extent, start);
      return;
    }
    for (LoadClient client : clients) {
      client.begin(extent, start);
    }
    boolean underWay = true;
    while (underWay) {
      underWay = false;
      for (LoadClient client : clients) {
        underWay |= client.turn();
      }
    }
  }

  private void begin(Extent extent, long start) {
    exchange.record(false);
    isFirstTurn = true;
    switch (extent) {
      case Extent.Requests all -> {
        left = Arrivals.share(all.number(), index, clients);
        end = start + Long.MAX_VALUE / 2;
      }
      case Extent.Time time -> {
        left = Long.MAX_VALUE;
        end = start + time.duration().toNanos();
      }
    }
  }

  /** Returns whether requests are under way. It allocates nothing. */
  private boolean turn() {
    if (breakdown != null) {
      return false;
    }
    try {
      long sent = closedLoop.turn(left, isFirstTurn, end);
      isFirstTurn = false;
      left -= sent;
      return sent > 0;
    } catch (TransportException | WrongValueException e) {
      breakdown = e.getMessage();
      return false;
    }
  }

  /**
   * Does its share of requests in an open loop.
   *
   * @param start when the schedule begins, by the client's clock
   */
  public void openLoop(OfferedLoad load, long start) {
    exchange.record(true);
    Schedule schedule =
        load.arrivals()
            .schedule(load.requests(), load.nanoseconds(), index, clients, random.split());
    OpenLoop loop =
        new OpenLoop(exchange, schedule, start, load.giveUpNanoseconds(), timeout.toNanos());
    unlessBroken(loop::run);
    unsent = schedule.requests() - loop.done();
    fellBehind = schedule.requests() >= TELLING_REQUESTS && loop.fellBehind();
  }

  private void unlessBroken(Runnable requests) {
    if (breakdown != null) {
      return;
    }
    try {
      requests.run();
    } catch (TransportException | WrongValueException e) {
      breakdown = e.getMessage();
    }
  }

  /** How many requests are done of those under way; any thread may ask. */
  public long completed() {
    return exchange.completed();
  }

  /** What became of the last requests. */
  public Tallies tallies() {
    return exchange.tallies();
  }

  /** How many requests of the last open loop were given up, or not sent before it was stopped. */
  public long unsent() {
    return unsent;
  }

  /** Whether requests of the last open loop waited for each other more and more. */
  public boolean fellBehind() {
    return fellBehind;
  }

  /**
   * How long the last request of the last open loop waited for those before it, in nanoseconds:
   * what it took from when it was due, less what the fastest took from when it was sent.
   */
  public long backlogNanos() {
    return Math.max(0, exchange.lastLatency() - exchange.tallies().shortestService());
  }

  /** What server and client say of themselves; nothing once the connection is broken. */
  public String information() {
    if (breakdown == null) {
      try {
        return exchange.information();
      } catch (TransportException e) {
        breakdown = e.getMessage();
      }
    }
    return "";
  }

  /** Why the connection broke or was of no use any more, or null if it did not. */
  public @Nullable String breakdown() {
    return breakdown;
  }

  @Override
  public void close() {
    exchange.close();
  }
}
