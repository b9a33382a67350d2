// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import java.util.Locale;

/**
 * What the lookups of one thread in a {@link RemoteTable} came to. The counters are plain: another
 * thread that reads them may see them late.
 */
public final class LookupStatistics {

  long lookups;
  long reads;
  long hits;
  long confirmedMisses;
  long expired;
  long retries;
  long addressHits;
  long staleAddresses;
  long unknownAddresses;
  long fallBacks;

  LookupStatistics() {}

  /** Lookups begun. */
  public long lookups() {
    return lookups;
  }

  /** Single reads asked for. */
  public long reads() {
    return reads;
  }

  /** Lookups that found the key. */
  public long hits() {
    return hits;
  }

  /** Lookups that proved the key absent. */
  public long confirmedMisses() {
    return confirmedMisses;
  }

  /** Lookups that found a record of the key which had expired. */
  public long expired() {
    return expired;
  }

  /** Times that a lookup started over, because what it read was torn or out of date. */
  public long retries() {
    return retries;
  }

  /** Lookups that were answered by one read at a remembered address, expired records included. */
  public long addressHits() {
    return addressHits;
  }

  /** Remembered addresses at which there was no longer the key's record. */
  public long staleAddresses() {
    return staleAddresses;
  }

  /** Lookups that began without a remembered address. */
  public long unknownAddresses() {
    return unknownAddresses;
  }

  /** Lookups that gave up, so that the server has to be asked. */
  public long fallBacks() {
    return fallBacks;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "lookups=%d reads=%d hits=%d confirmedMisses=%d expired=%d retries=%d"
            + " addressHits=%d staleAddresses=%d unknownAddresses=%d fallBacks=%d",
        lookups,
        reads,
        hits,
        confirmedMisses,
        expired,
        retries,
        addressHits,
        staleAddresses,
        unknownAddresses,
        fallBacks);
  }
}
