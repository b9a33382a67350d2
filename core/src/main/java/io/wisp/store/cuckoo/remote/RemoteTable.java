// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A table in memory that is read from elsewhere, as one reader sees it: what its {@link
 * RemoteLookup}s share. Belongs to one thread, with all of its lookups.
 */
public final class RemoteTable {

  /** What a clock says while it does not know the server's time. */
  public static final long UNKNOWN_TIME = Long.MIN_VALUE;

  private static final int FIRST_GUESS = 256;
  private static final int MAX_GUESS = 8192;
  private static final int GUESS_DECAY_SHIFT = 4;

  private final Options options;
  private final LookupStatistics statistics = new LookupStatistics();
  private final @Nullable RecordAddressCache addresses;
  private TableLayout layout;
  private int guess = FIRST_GUESS;

  /** A table of which nothing is known but its layout. */
  public RemoteTable(TableLayout layout, Options options) {
    this.layout = layout;
    this.options = options;
    addresses =
        options.rememberedAddresses == 0
            ? null
            : new RecordAddressCache(options.rememberedAddresses);
  }

  /**
   * How lookups are done.
   *
   * @param maxRetries how often a lookup starts over before it gives up
   * @param bucketsInOnePiece whether the memory is known to return 64 aligned bytes in one piece,
   *     which saves a miss one of its three reads. Neither an RDMA READ nor a copy by the processor
   *     promises it.
   * @param rememberedAddresses how many addresses of records are remembered; 0 for none
   * @param addressesOnly whether a lookup reads nothing but the record at a remembered address, and
   *     ends with {@link RemoteLookup.Step#FALL_BACK} if there is none or it is not the key's any
   *     more: for those who can ask the server in one round trip
   * @param secondLook what tells that a record was written over while it was read, where that is
   *     memory of this machine
   * @param clock what expiries are compared with: the server's time in milliseconds since the
   *     epoch, or {@link #UNKNOWN_TIME}, and then a lookup that finds a record which expires ends
   *     with {@link RemoteLookup.Step#FALL_BACK}
   */
  public record Options(
      int maxRetries,
      boolean bucketsInOnePiece,
      int rememberedAddresses,
      boolean addressesOnly,
      SecondLook secondLook,
      LongSupplier clock) {

    /** 16 retries, three reads to a miss, 65,536 addresses, a network, the clock of this system. */
    public static final Options DEFAULT =
        new Options(16, false, 1 << 16, false, SecondLook.NONE, System::currentTimeMillis);

    /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
    public Options {
      if (maxRetries < 0) {
        throw new IllegalArgumentException("maxRetries=" + maxRetries + " must not be negative");
      }
      if (rememberedAddresses < 0) {
        throw new IllegalArgumentException(
            "rememberedAddresses=" + rememberedAddresses + " must not be negative");
      }
    }

    /** The same with so many retries. */
    public Options maxRetries(int maxRetries) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }

    /** The same, with 64 aligned bytes known to come in one piece or not. */
    public Options bucketsInOnePiece(boolean bucketsInOnePiece) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }

    /** The same with so many remembered addresses. */
    public Options rememberedAddresses(int rememberedAddresses) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }

    /** The same, with lookups that read at remembered addresses alone or not. */
    public Options addressesOnly(boolean addressesOnly) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }

    /** The same with such a second look. */
    public Options secondLook(SecondLook secondLook) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }

    /** The same with another clock. */
    public Options clock(LongSupplier clock) {
      return new Options(
          maxRetries, bucketsInOnePiece, rememberedAddresses, addressesOnly, secondLook, clock);
    }
  }

  /** Which table it is, as far as is known. */
  public TableLayout layout() {
    return layout;
  }

  /**
   * Takes up the layout of another table. Everything remembered of the previous one is void;
   * lookups that are under way end as they began.
   */
  public void setLayout(TableLayout layout) {
    this.layout = layout;
    forgetAll();
  }

  /** Points a handle at a key: one hash, and one look for where its record's address is. */
  public void find(Slice key, KeyHandle handle) {
    handle.set(layout.hash(key));
    if (addresses != null) {
      addresses.locate(handle);
    }
  }

  /** Whether an address is remembered for a key. */
  public boolean knows(KeyHandle key) {
    return address(key) != RecordAddress.NONE;
  }

  /** The address that is remembered for a key, or {@link RecordAddress#NONE}. */
  long address(KeyHandle key) {
    return addresses == null ? RecordAddress.NONE : addresses.find(key);
  }

  /**
   * Remembers where the record of a key is, because the server or the record itself said so.
   *
   * @param address a {@link RecordAddress}, not {@link RecordAddress#NONE}; need not be right
   */
  public void remember(KeyHandle key, long address) {
    if (addresses != null) {
      addresses.put(key, address);
    }
  }

  /** Forgets where the record of a key is: that saves a read in vain. */
  public void forget(KeyHandle key) {
    if (addresses != null) {
      addresses.invalidate(key);
    }
  }

  /** Forgets where all records are. */
  public void forgetAll() {
    if (addresses != null) {
      addresses.clear();
    }
  }

  /** What all lookups together came to. */
  public LookupStatistics statistics() {
    return statistics;
  }

  Options options() {
    return options;
  }

  /** The server's time, or {@link #UNKNOWN_TIME}. */
  long serverTime() {
    return options.clock.getAsLong();
  }

  /** How many bytes of a record to read at first. */
  int guess() {
    return guess;
  }

  /**
   * Learns from a record that was found: the guess follows long ones at once, short ones slowly.
   */
  void learn(int recordLength) {
    guess =
        recordLength > guess
            ? Math.min(recordLength, MAX_GUESS)
            : guess - ((guess - recordLength) >>> GUESS_DECAY_SHIFT);
  }
}
