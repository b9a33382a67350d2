// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.cuckoo.remote.LookupStatistics;
import org.jspecify.annotations.Nullable;

/** What a client's own lookups came to, as lines of {@code name:value}. */
final class LookupReport {

  private LookupReport() {}

  static String of(@Nullable OneSidedGets gets, @Nullable ReadSample reads) {
    if (gets == null) {
      return "client_get:ring\n";
    }
    LookupStatistics lookups = gets.statistics();
    return "client_get:onesided\n"
        + line("lookups", lookups.lookups())
        + line("lookup_reads", lookups.reads())
        + line("lookup_hits", lookups.hits())
        + line("lookup_misses", lookups.confirmedMisses())
        + line("lookup_address_hits", lookups.addressHits())
        + line("lookup_stale_addresses", lookups.staleAddresses())
        + line("lookup_retries", lookups.retries())
        + line("lookup_fall_backs", lookups.fallBacks())
        + line("reads_reported", reads == null ? 0 : reads.taken());
  }

  private static String line(String name, long value) {
    return "client_" + name + ":" + value + "\n";
  }
}
