package io.wisp.cli.perf;

import io.wisp.cli.common.UserError;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the clients side by side: all warm up, then all are measured. */
final class PerfRun implements AutoCloseable {

  private final PerfSettings settings;
  private final Progress progress;
  private final boolean clientsLookUp;
  private final List<LoadClient> clients = new ArrayList<>();
  private @Nullable String connection;

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
   * @return what they are connected to
   * @throws UserError if one cannot connect
   */
  String connect(Supplier<Client> connector) {
    SplittableRandom seeds = new SplittableRandom(settings.seed());
    try {
      while (clients.size() < settings.clients()) {
        Client client = connector.get();
        connection = client.description();
        clients.add(new LoadClient(client, settings, seeds.split()));
      }
    } catch (TransportException e) {
      throw UserError.failure(
          settings.clients() == 1
              ? e.getMessage()
              : "client "
                  + (clients.size() + 1)
                  + " of "
                  + settings.clients()
                  + ": "
                  + e.getMessage());
    }
    return Objects.requireNonNull(connection);
  }

  /** Warms up, then measures. */
  PerfResult run() {
    together("warming up", settings.warmup());
    long warmupErrors = PerfResult.sum(clients).values().stream().mapToLong(Tally::errors).sum();
    List<String> brokenEarly = breakdowns();
    clients.forEach(LoadClient::reset);
    LookupCounters before = lookups();
    Instant startedAt = Instant.now();
    long elapsed = brokenEarly.isEmpty() ? together("measuring", settings.requests()) : 0;
    progress.clear();
    return new PerfResult(
        startedAt,
        elapsed,
        settings.requests(),
        PerfResult.sum(clients),
        lookups().since(before),
        breakdowns(),
        warmupErrors);
  }

  private LookupCounters lookups() {
    LookupCounters sum = LookupCounters.NONE;
    if (clientsLookUp) {
      for (LoadClient client : clients) {
        sum = sum.plus(client.lookups());
      }
    }
    return sum;
  }

  private List<String> breakdowns() {
    return clients.stream().map(LoadClient::breakdown).filter(Objects::nonNull).toList();
  }

  /**
   * Lets every client do its share. Returns the time from the start of the first to the last end.
   */
  private long together(String phase, long requests) {
    Phase running = new Phase(clients.size());
    for (int i = 0; i < clients.size(); i++) {
      LoadClient client = clients.get(i);
      running.start("wisp-client-" + i, client, settings.share(requests, i));
    }
    running.go();
    while (!running.awaitEnd(Progress.PERIOD)) {
      long completed = clients.stream().mapToLong(LoadClient::completed).sum();
      progress.show(phase, completed, requests, running.elapsedSoFar());
    }
    return running.elapsed();
  }

  @Override
  public void close() {
    clients.forEach(LoadClient::close);
  }
}
