// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.cli.serve.StopSignal;
import io.wisp.measure.input.UserError;
import io.wisp.measure.loop.Extent;
import io.wisp.measure.loop.LoadClient;
import io.wisp.measure.loop.LoadClock;
import io.wisp.measure.loop.Loop;
import io.wisp.measure.loop.OfferedLoad;
import io.wisp.measure.loop.Phase;
import io.wisp.measure.loop.Rates;
import io.wisp.measure.machine.ProcessCpuTime;
import io.wisp.measure.workload.KeySpace;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the clients side by side: all preload, all warm up, then all are measured. */
final class PerfRun implements AutoCloseable {

  /** In an open loop every client must be awake when the first request is due. */
  private static final Duration OPEN_LOOP_LEAD = Duration.ofMillis(20);

  private final PerfSettings settings;
  private final Progress progress;
  private final boolean clientsLookUp;
  private final List<LoadClient> clients = new ArrayList<>();
  private @Nullable StopSignal stop;
  private boolean interrupted;

  /**
   * A run that is not connected yet.
   *
   * @param clientsLookUp whether clients look keys up by themselves and count how that goes
   */
  PerfRun(PerfSettings settings, Progress progress, boolean clientsLookUp) {
    this.settings = settings;
    this.progress = progress;
    this.clientsLookUp = clientsLookUp;
  }

  /**
   * Connects every client.
   *
   * @param clocks makes a clock for each
   * @param timeout the clients'
   * @return what they are connected to
   * @throws UserError if one cannot connect
   */
  String connect(Supplier<Client> connector, Supplier<LoadClock> clocks, Duration timeout) {
    String description = "";
    SplittableRandom seeds = new SplittableRandom(settings.seed());
    KeySpace space = settings.workload().keySpace();
    try {
      while (clients.size() < settings.clients()) {
        Client client = connector.get();
        description = client.description();
        clients.add(
            new LoadClient(
                client,
                settings.workload(),
                space,
                clients.size(),
                settings.clients(),
                settings.pipeline(),
                clocks.get(),
                timeout,
                seeds.split()));
      }
    } catch (TransportException e) {
      throw UserError.failure(
          settings.clients() == 1
              ? e.getMessage()
              : "client %s of %s: %s"
                  .formatted(clients.size() + 1, settings.clients(), e.getMessage()));
    }
    return description;
  }

  /** Ends what is under way, and begins nothing more, once a signal is given. */
  void endBy(StopSignal signal) {
    stop = signal;
  }

  /** Whether what is under way is to end. */
  boolean isStopped() {
    StopSignal signal = stop;
    return signal != null && signal.isGiven();
  }

  /** Whether it was stopped before all was measured. */
  boolean isInterrupted() {
    return interrupted;
  }

  /**
   * Puts the keys that are to be there, and warms up.
   *
   * @return what went wrong, a sentence each
   */
  List<String> prepare() {
    List<String> failures = new ArrayList<>();
    long keys = settings.preload();
    if (keys > 0) {
      together(
          "preloading",
          keys,
          0,
          false,
          (share, start) -> share.forEach(client -> client.preload(keys)));
      addErrors(failures, "preload");
    }
    if (failures.isEmpty() && !isStopped()) {
      closedLoop("warming up", settings.warmup());
      addErrors(failures, "warm-up");
    }
    progress.clear();
    return failures;
  }

  private void addErrors(List<String> failures, String phase) {
    failures.addAll(breakdowns().stream().distinct().toList());
    long errors = clients.stream().mapToLong(client -> client.tallies().total().errors()).sum();
    if (errors > 0) {
      failures.add(errors + " requests of the " + phase + " were answered with an error");
    }
  }

  /**
   * Measures: once in a closed loop, in an open one at each rate, until one fails or, if rates
   * climb, is not reached, or until it is stopped.
   *
   * @param each is given every result as soon as it is there
   * @return all of them, the last of less than was to be measured if {@link #isInterrupted}; none
   *     if it was stopped before the first request
   */
  List<PerfResult> measure(Consumer<PerfResult> each) {
    List<PerfResult> results = new ArrayList<>();
    switch (settings.loop()) {
      case Loop.Closed closed -> {
        if (!isInterruptedNow()) {
          add(closedLoop(closed.extent()), results, each);
        }
      }
      case Loop.Open open -> offerAll(open, results, each);
    }
    return results;
  }

  private void offerAll(Loop.Open open, List<PerfResult> results, Consumer<PerfResult> each) {
    boolean climbs = open.rates() instanceof Rates.Climb;
    List<Double> rates = open.rates().all();
    for (double rate : rates) {
      if (isInterruptedNow()) {
        return;
      }
      int number = results.size() + 1;
      String place = climbs ? "step " + number : number + " of " + rates.size();
      PerfResult result = openLoop(open.offer(rate), place);
      if (!add(result, results, each) || (climbs && result.isSaturated())) {
        return;
      }
    }
  }

  /** Whether it is stopped where there is something left to measure. */
  private boolean isInterruptedNow() {
    interrupted |= isStopped();
    return interrupted;
  }

  /** Returns whether to go on. One that was interrupted before the first reply says nothing. */
  private boolean add(PerfResult result, List<PerfResult> results, Consumer<PerfResult> each) {
    progress.clear();
    interrupted |= result.interrupted();
    if (interrupted && result.total().requests() == 0 && result.failures().isEmpty()) {
      return false;
    }
    results.add(result);
    each.accept(result);
    return result.failures().isEmpty() && !interrupted;
  }

  private PerfResult closedLoop(Extent extent) {
    Beginning beginning = beginning();
    long elapsed = closedLoop("measuring", extent);
    long done = clients.stream().mapToLong(client -> client.tallies().total().requests()).sum();
    long requested = extent instanceof Extent.Requests all ? all.number() : done;
    boolean early =
        switch (extent) {
          case Extent.Requests all -> done < all.number();
          case Extent.Time time -> elapsed < time.duration().toNanos();
        };
    return result(beginning, elapsed, requested, null, early && isStopped());
  }

  private long closedLoop(String phase, Extent extent) {
    long requests = extent instanceof Extent.Requests all ? all.number() : 0;
    long nanoseconds = extent instanceof Extent.Time time ? time.duration().toNanos() : 0;
    return together(
        phase,
        requests,
        nanoseconds,
        false,
        (share, start) -> LoadClient.closedLoop(share, extent, start));
  }

  private PerfResult openLoop(OfferedLoad load, String place) {
    String rate = Rates.text(load.requestsPerSecond()) + "/s (" + place + ")";
    OfferedLoad settling = load.settling();
    if (settling.requests() > 0) {
      PerfResult settled = offer("settling at " + rate, settling);
      if (!settled.failures().isEmpty()) {
        return settled;
      }
    }
    return offer("measuring at " + rate, load);
  }

  private PerfResult offer(String phase, OfferedLoad load) {
    Beginning beginning = beginning();
    long elapsed =
        together(
            phase,
            load.requests(),
            load.nanoseconds(),
            true,
            (share, start) -> share.forEach(client -> client.openLoop(load, start)));
    boolean early = clients.stream().anyMatch(client -> client.unsent() > 0);
    return result(beginning, elapsed, load.requests(), load, early && isStopped());
  }

  /** What stood when a measurement began. */
  private record Beginning(Instant at, LookupCounters lookups, ProcessCpuTime cpu) {}

  private Beginning beginning() {
    return new Beginning(Instant.now(), lookups(), ProcessCpuTime.now());
  }

  private PerfResult result(
      Beginning beginning,
      long elapsed,
      long requested,
      @Nullable OfferedLoad load,
      boolean early) {
    Long cpu = ProcessCpuTime.now().since(beginning.cpu());
    LookupCounters lookups = lookups().since(beginning.lookups());
    return PerfResult.of(
        clients, beginning.at(), elapsed, cpu, requested, load, early, lookups, breakdowns());
  }

  private LookupCounters lookups() {
    LookupCounters sum = LookupCounters.NONE;
    if (clientsLookUp) {
      for (LoadClient client : clients) {
        sum = sum.plus(LookupCounters.of(client.information()));
      }
    }
    return sum;
  }

  private List<String> breakdowns() {
    return clients.stream().map(LoadClient::breakdown).filter(Objects::nonNull).toList();
  }

  /**
   * Lets every thread do its part, with its share of the clients: one each in an open loop.
   *
   * @param requests how many that is, or 0 if time decides it
   * @param nanoseconds how long that takes if time decides it, else 0
   * @param openLoop whether time makes requests come, and all clients begin a little later
   * @return the time from the start of the first to the last end
   */
  private long together(
      String phase,
      long requests,
      long nanoseconds,
      boolean openLoop,
      ObjLongConsumer<List<LoadClient>> part) {
    clients.forEach(client -> client.prepare(openLoop));
    Phase running = new Phase(settings.threads());
    for (int i = 0; i < settings.threads(); i++) {
      List<LoadClient> share = shareOf(i);
      running.start("wisp-client-" + i, start -> part.accept(share, start));
    }
    running.go(openLoop ? OPEN_LOOP_LEAD : Duration.ZERO);
    while (!running.awaitEnd(Progress.PERIOD)) {
      long completed = clients.stream().mapToLong(LoadClient::completed).sum();
      progress.show(phase, completed, requests, running.elapsedSoFar(), nanoseconds);
    }
    return running.elapsed();
  }

  private List<LoadClient> shareOf(int thread) {
    List<LoadClient> share = new ArrayList<>();
    for (int i = thread; i < clients.size(); i += settings.threads()) {
      share.add(clients.get(i));
    }
    return share;
  }

  @Override
  public void close() {
    clients.forEach(LoadClient::close);
  }
}
