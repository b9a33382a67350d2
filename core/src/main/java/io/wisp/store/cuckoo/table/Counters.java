// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.region.RegionHeader;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a store.
 *
 * <p>Versions grow with every write of a key. A number that every write of any key increments would
 * go from core to core with each, so a stripe takes some versions at once from it, greater than all
 * that others took before, and its keys get them in order, under its lock. A key's first stripe is
 * always the same. What a stripe has left is void when its keys get others, of those of a batch,
 * and when versions are divided.
 */
public final class Counters {

  /**
   * When this version was given, no write begins that takes others. Those behind it, up to 2^48,
   * are for the writes that are under way then: each takes 8,192 at most.
   */
  public static final long VERSIONS_END = (1L << 48) - (1L << 32);

  /** Few, because what a stripe has left when it is void is lost, of 2^48 that there are. */
  private static final int VERSIONS_AT_ONCE = 16;

  /** As in {@link Stripes}, so that no two share a cache line. */
  private static final int SPACING_SHIFT = 4;

  /** How far a kept table says in advance which versions it may give. */
  private static final long VERSIONS_AHEAD = 1 << 24;

  private static final int LAST_VERSION = 1 << SPACING_SHIFT;
  private static final int DIVIDE = 2 << SPACING_SHIFT;

  private final Stripes stripes;
  private final AtomicLongArray spaced = new AtomicLongArray(3 << SPACING_SHIFT);
  private final AtomicLong entries = new AtomicLong();
  private final LongAdder expiring = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder evicted = new LongAdder();

  /** Of a kept table, whose header has the greatest version that may be given; else null. */
  private final @Nullable MemorySegment header;

  private volatile long versionBound;
  private volatile boolean areVersionsUsedUp;

  /** The counters of an empty store with these stripes. */
  public Counters(Stripes stripes) {
    this.stripes = stripes;
    header = null;
    versionBound = VERSIONS_END;
  }

  /**
   * The counters of a kept table with these stripes: versions go on above all that were given.
   *
   * @param entries how many there are
   * @param expiring how many of them expire
   */
  public Counters(Stripes stripes, MemorySegment header, long entries, long expiring) {
    this.stripes = stripes;
    this.header = header;
    versionBound = RegionHeader.versionBound(header);
    areVersionsUsedUp = versionBound >= VERSIONS_END;
    spaced.set(LAST_VERSION, versionBound);
    this.entries.set(entries);
    this.expiring.add(expiring);
  }

  /** Whether no write may begin any more that takes versions. */
  public boolean areVersionsUsedUp() {
    return areVersionsUsedUp;
  }

  /**
   * A version for a record of a key with this hash, greater than all that the key had before. The
   * caller holds its stripes.
   */
  public long nextVersion(long hash) {
    long version = stripes.takeVersion(hash, spaced.get(DIVIDE));
    if (version == 0) {
      version = takeVersions(VERSIONS_AT_ONCE);
      stripes.giveVersions(hash, version + 1, version + VERSIONS_AT_ONCE);
    }
    return version;
  }

  /**
   * The first of so many versions in a row, greater than all before. The caller has locked the
   * stripes of all keys by {@link Stripes#lock(java.util.BitSet)}, so none of them has older ones.
   */
  public long nextVersions(int count) {
    return takeVersions(count);
  }

  /**
   * Takes all versions up to one that a caller gives, as {@link #nextVersions} does, so that later
   * ones are greater.
   */
  public long takeVersionsTo(long version) {
    spaced.accumulateAndGet(LAST_VERSION, version, Math::max);
    if (version > versionBound) {
      raiseVersionBound(version);
    }
    return version;
  }

  private long takeVersions(int count) {
    long last = spaced.getAndAdd(LAST_VERSION, count);
    if (last + count > versionBound) {
      raiseVersionBound(last + count);
    }
    return last + 1;
  }

  /** So far above that it hardly ever happens, and that a restart loses few of 2^48. */
  private synchronized void raiseVersionBound(long version) {
    if (version > VERSIONS_END) {
      areVersionsUsedUp = true;
    }
    if (header != null && version > versionBound) {
      long bound = version + VERSIONS_AHEAD;
      if (version <= VERSIONS_END) {
        // Or else nobody would come here who takes those behind it.
        bound = Math.min(bound, VERSIONS_END);
      }
      RegionHeader.setVersionBound(header, bound);
      versionBound = bound;
    }
  }

  /**
   * Divides versions into those up to the answer, and greater ones, which are all that are asked
   * for from now on.
   */
  public long divideVersions() {
    return spaced.accumulateAndGet(DIVIDE, spaced.get(LAST_VERSION), Math::max);
  }

  /** Records in the index. */
  public long entries() {
    return entries.get();
  }

  /** Records in the index that have an expiry; may be slightly off while others write. */
  public long expiring() {
    return expiring.sum();
  }

  /** Records whose expiry had passed when they were removed or replaced. */
  public long expired() {
    return expired.sum();
  }

  /** Records evicted. */
  public long evicted() {
    return evicted.sum();
  }

  void added(long slot) {
    entries.incrementAndGet();
    countExpiring(slot, 1);
  }

  /** Counts that a slot has another record now. The caller holds its stripe. */
  public void replaced(long oldSlot, long newSlot) {
    countExpiring(oldSlot, -1);
    countExpiring(newSlot, 1);
  }

  void removed(long slot) {
    entries.decrementAndGet();
    countExpiring(slot, -1);
  }

  /** Counts a record that had expired. */
  public void countExpired() {
    expired.increment();
  }

  void countEvicted() {
    evicted.increment();
  }

  private void countExpiring(long slot, int change) {
    if (Bucket.expires(slot)) {
      expiring.add(change);
    }
  }
}
