// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import io.wisp.measure.latency.Tallies;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.loop.LoadClient;
import io.wisp.measure.loop.OfferedLoad;
import io.wisp.store.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a measurement came to: of a closed loop, or of one rate of an open one.
 *
 * @param startedAt when it began
 * @param elapsedNanos from there until the last client was done, and the schedule over
 * @param cpuNanos user and system time that this process spent meanwhile; null where the system
 *     does not tell
 * @param requested how many requests there should have been
 * @param offered the load that was offered, null in a closed loop
 * @param interrupted whether it was ended before all requests were made
 * @param unsent how many requests were given up because the offered rate could not be reached
 * @param fellBehind whether a client's requests waited for each other more and more
 * @param backlogNanos how long the last requests of such clients waited for those before them, at
 *     most; 0 if there are none
 * @param tallies what became of the requests
 * @param perClient how many each client made; null in an open loop, and of one client
 * @param lookups what the clients' own lookups in the server's memory came to
 * @param breakdowns why connections broke, an entry for each that did
 */
record PerfResult(
    Instant startedAt,
    long elapsedNanos,
    @Nullable Long cpuNanos,
    long requested,
    @Nullable OfferedLoad offered,
    boolean interrupted,
    long unsent,
    boolean fellBehind,
    long backlogNanos,
    Tallies tallies,
    @Nullable RequestsPerClient perClient,
    LookupCounters lookups,
    List<String> breakdowns) {

  /** Of clients that have just made their requests. */
  static PerfResult of(
      List<LoadClient> clients,
      Instant startedAt,
      long elapsedNanos,
      @Nullable Long cpuNanos,
      long requested,
      @Nullable OfferedLoad offered,
      boolean interrupted,
      LookupCounters lookups,
      List<String> breakdowns) {
    Tallies sum = new Tallies(offered != null);
    clients.forEach(client -> sum.add(client.tallies()));
    return new PerfResult(
        startedAt,
        offered == null || interrupted
            ? elapsedNanos
            : Math.max(elapsedNanos, offered.nanoseconds()),
        cpuNanos,
        requested,
        offered,
        interrupted,
        clients.stream().mapToLong(LoadClient::unsent).sum(),
        clients.stream().anyMatch(LoadClient::fellBehind),
        clients.stream()
            .filter(LoadClient::fellBehind)
            .mapToLong(LoadClient::backlogNanos)
            .max()
            .orElse(0),
        sum,
        offered == null && clients.size() > 1 ? RequestsPerClient.of(clients) : null,
        lookups,
        breakdowns);
  }

  /** All operations together. */
  Tally total() {
    return tallies.total();
  }

  /** Requests that were answered, without an error, per second. */
  double requestsPerSecond() {
    Tally total = total();
    return (total.requests() - total.errors()) / (elapsedNanos / 1e9);
  }

  /**
   * Whether the offered rate was not reached: less than 99 % of it was answered, or the requests of
   * a client waited for each other more and more. The latencies of such a run grow as long as it
   * lasts, and are no result. Too few requests do not tell.
   */
  boolean isSaturated() {
    return tellsOfRate() && (fellBehind || missesRate());
  }

  /** Whether there was a rate to reach, and there were enough requests to tell if it was. */
  boolean tellsOfRate() {
    OfferedLoad load = offered;
    return load != null && load.tells() && !interrupted;
  }

  /** Whether less than 99 % of the offered rate was answered. */
  boolean missesRate() {
    OfferedLoad load = offered;
    return load != null
        && (unsent > 0 || requestsPerSecond() < OfferedLoad.REACHED * load.requestsPerSecond());
  }

  /** The part of the offered rate that was not reached, 0 unless saturated. */
  double shortfall() {
    OfferedLoad load = offered;
    return load != null && isSaturated()
        ? Math.max(0, 1 - requestsPerSecond() / load.requestsPerSecond())
        : 0;
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
    if (!interrupted && total.requests() + unsent != requested) {
      failures.add("only " + total.requests() + " of " + requested + " requests were answered");
    }
    return failures;
  }
}
