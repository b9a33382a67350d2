package io.wisp.cli.perf;

import io.wisp.store.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a run came to.
 *
 * @param startedAt when the measured part began
 * @param elapsedNanos from there until the last client was done
 * @param requested how many requests there should have been
 * @param tallies what became of them
 * @param lookups what the clients' own lookups in the server's memory came to
 * @param breakdowns why connections broke, an entry for each that did
 * @param warmupErrors requests of the warm-up that ended in an error
 */
record PerfResult(
    Instant startedAt,
    long elapsedNanos,
    long requested,
    Map<Operation, Tally> tallies,
    LookupCounters lookups,
    List<String> breakdowns,
    long warmupErrors) {

  Tally tally(Operation operation) {
    return Objects.requireNonNull(tallies.get(operation));
  }

  /** All operations together. */
  Tally total() {
    Tally total = new Tally();
    tallies.values().forEach(total::add);
    return total;
  }

  /** Requests that were answered, without an error, per second. */
  double requestsPerSecond() {
    Tally total = total();
    return (total.requests() - total.errors()) / (elapsedNanos / 1e9);
  }

  /** What went wrong, a sentence each; empty if the figures can be trusted. */
  List<String> failures() {
    List<String> failures = new ArrayList<>(breakdowns.stream().distinct().toList());
    Tally total = total();
    for (Status status : Status.values()) {
      if (status.isError() && total.count(status) > 0) {
        failures.add(total.count(status) + " requests were answered " + status);
      }
    }
    if (warmupErrors > 0) {
      failures.add(warmupErrors + " requests of the warm-up were answered with an error");
    }
    if (total.requests() != requested) {
      failures.add("only " + total.requests() + " of " + requested + " requests were answered");
    }
    return failures;
  }

  static Map<Operation, Tally> sum(List<LoadClient> clients) {
    Map<Operation, Tally> sums = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      Tally sum = new Tally();
      clients.forEach(client -> sum.add(client.tally(operation)));
      sums.put(operation, sum);
    }
    return sums;
  }
}
