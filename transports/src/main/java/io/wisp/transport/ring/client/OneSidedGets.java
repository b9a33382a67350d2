// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.remote.KeyHandle;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RendezvousBuffers;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Gets that read the server's table, without its CPU: one at a time, or many under way at once. A
 * lookup that cannot tell asks the server by the ring. It belongs to one thread at a time.
 *
 * <p>Where the server's replies say where records are, and the client is to take what is fastest, a
 * get reads the record at the address that it remembers, and nothing else: without one, or if the
 * record is not there any more, the server is asked, which takes one round trip and not three.
 *
 * <p>Where the server stands behind a log, nothing is read without a {@link TableLease}, and what
 * was read when that is over is thrown away: the server is asked, and its reply brings another one.
 */
final class OneSidedGets implements AutoCloseable {

  /** Lookups that may be under way at once. */
  private static final int DEPTH = 64;

  private static final int BYTES_PER_LOOKUP = 16 << 10;

  private static final Slice NONE = new Slice();

  private final LookupReads lookupReads;
  private final RingCalls ring;
  private final @Nullable ReadSample reads;
  private final @Nullable TableLease lease;
  private final boolean addressesOnly;
  private final RemoteTable table;
  private final KnownAddresses addresses;
  private final RendezvousBuffers buffers;
  private final LocalBuffer buffer;
  private final Arena keys = Arena.ofShared();
  private final PendingGet[] gets;

  /** The oldest of those submitted, how many there are, and how many of them have begun. */
  private int first;

  private int submitted;
  private int begun;

  private long asked;

  /** Whether the server's time was missing to tell. */
  private boolean lacksTime;

  /**
   * @param addressesOnly whether to ask the server rather than to read more than one record
   * @param lease by which what is read counts, or null if it does anyway
   * @param ring where the server is asked
   */
  OneSidedGets(
      Endpoint endpoint,
      ClientConnection connection,
      boolean addressesOnly,
      @Nullable ReadSample reads,
      @Nullable TableLease lease,
      int maxOutstanding,
      ClientWait wait,
      ArrivedReads arrived,
      RingCalls ring) {
    boolean givesAddresses = connection.welcome().givesAddresses();
    this.addressesOnly = addressesOnly && givesAddresses;
    this.ring = ring;
    this.reads = reads;
    this.lease = lease;
    buffers = new RendezvousBuffers(connection.memory().buffers(), RendezvousBuffers.UNLIMITED);
    gets = new PendingGet[Math.min(DEPTH, maxOutstanding)];
    lookupReads = new LookupReads(connection, arrived, wait, gets);
    buffer = connection.memory().buffers().allocate((long) gets.length * BYTES_PER_LOOKUP);
    try {
      table =
          new RemoteTable(
              lookupReads.readLayout(endpoint, buffer),
              RemoteTable.Options.DEFAULT
                  .bucketsInOnePiece(connection.welcome().linesInOnePiece())
                  .addressesOnly(this.addressesOnly)
                  .secondLook(lookupReads::isUnchanged)
                  .clock(connection.clock()));
    } catch (RuntimeException | Error e) {
      // A read may be under way, so the connection ends first.
      connection.memory().close();
      close();
      throw e;
    }
    addresses = new KnownAddresses(table, givesAddresses);
    for (int i = 0; i < gets.length; i++) {
      gets[i] =
          new PendingGet(
              table, buffer, (long) i * BYTES_PER_LOOKUP, BYTES_PER_LOOKUP, keys, buffers, lease);
    }
  }

  /** What the lookups came to, as lines of {@code name:value}. */
  String report() {
    LookupStatistics lookups = table.statistics();
    long lapses = lease == null ? 0 : lease.lapses();
    return line("lookups", lookups.lookups())
        + line("lookup_reads", lookups.reads())
        + line("lookup_hits", lookups.hits())
        + line("lookup_misses", lookups.confirmedMisses())
        + line("lookup_address_hits", lookups.addressHits())
        + line("lookup_stale_addresses", lookups.staleAddresses())
        + line("lookup_unknown_addresses", lookups.unknownAddresses())
        + line("lookup_retries", lookups.retries())
        + line("lookup_fall_backs", lookups.fallBacks())
        + line("lookup_lapsed_leases", lapses)
        + line("gets_read", lookups.lookups() - lookups.fallBacks() - lapses)
        + line("gets_asked", asked)
        + line("reads_reported", reads == null ? 0 : reads.taken());
  }

  private static String line(String name, long value) {
    return "client_" + name + ":" + value + "\n";
  }

  /** Where the records of the table are, as far as it is known. */
  KnownAddresses addresses() {
    return addresses;
  }

  /** Whether the server is asked rather than that more than one record is read. */
  boolean isAddressesOnly() {
    return addressesOnly;
  }

  /** Whether what is read may count. If not, the server is asked, and says more. */
  boolean mayRead() {
    return lease == null || lease.mayHold();
  }

  /** Whether a get of a key can begin with a read. */
  boolean canRead(KeyHandle handle) {
    return !addressesOnly || addresses.knows(handle);
  }

  /** The value of a key, or null if the server must be asked. Nothing may be submitted. */
  @Nullable Status get(Slice key, KeyHandle handle, ValueSink sink) {
    PendingGet get = gets[0];
    get.start(key, handle);
    lookupReads.pursue(0);
    lookupReads.post();
    lookupReads.settle(get);
    if (get.needsServer()) {
      get.giveUpSpace();
      return null;
    }
    return finish(get, sink);
  }

  /** Whether {@link #get} could not tell only because it does not know the server's time. */
  boolean lacksTime() {
    return gets[0].lookup().lacksTime();
  }

  /** Whether others could not tell for that reason since this was last asked. */
  boolean takeLackOfTime() {
    boolean lacked = lacksTime;
    lacksTime = false;
    return lacked;
  }

  private Status finish(PendingGet get, ValueSink sink) {
    if (reads != null && get.isHit()) {
      reads.note(get.lookup().keyHash());
    }
    return get.finish(sink);
  }

  /** A get went into the ring from its beginning. */
  void countAsked() {
    asked++;
  }

  /** Whether one more may be submitted. */
  boolean hasRoom() {
    return submitted < gets.length;
  }

  /** Submits a get, which begins with the next {@link #flush}. */
  void submit(Slice key, KeyHandle handle) {
    gets[index(submitted)].keep(key, handle);
    submitted++;
  }

  private int index(int fromFirst) {
    int index = first + fromFirst;
    return index < gets.length ? index : index - gets.length;
  }

  /** Begins what was submitted, all with one post. */
  void flush() {
    if (begun == submitted) {
      return;
    }
    for (; begun < submitted; begun++) {
      int index = index(begun);
      gets[index].startKept();
      lookupReads.pursue(index);
    }
    lookupReads.post();
    addresses.noteUse();
  }

  /**
   * Waits until it is decided where the value of the oldest comes from that was submitted.
   *
   * @return the number of the request by which the server was asked for it, or {@link
   *     PendingGet#NOT_ASKED}: then {@link #finishOldest} has it
   */
  long settleOldest() {
    flush();
    PendingGet oldest = gets[first];
    if (!oldest.isAsked()) {
      lookupReads.settle(oldest);
      if (oldest.needsServer()) {
        for (int i = 0; i < begun; i++) {
          lookupReads.settle(gets[index(i)]);
        }
        askForUndecided();
        ring.flush();
      }
    }
    return oldest.number();
  }

  /** Asks the server for all that are over and cannot be told without, together. */
  private void askForUndecided() {
    for (int i = 0; i < begun; i++) {
      PendingGet get = gets[index(i)];
      if (!get.isAsked() && get.needsServer()) {
        lacksTime |= get.lookup().lacksTime();
        ask(get);
      }
    }
  }

  private void ask(PendingGet get) {
    asked++;
    get.ask(ring.send(Operation.GET, get.key(), NONE, 0, addresses.areWanted(get.handle())));
  }

  /**
   * Looks whether it is decided where the value of the oldest comes from, and waits for nothing.
   * Begins what has not begun.
   */
  boolean isOldestSettled() {
    flush();
    PendingGet oldest = gets[first];
    lookupReads.poll(oldest);
    if (!oldest.isAsked() && oldest.needsServer()) {
      askForUndecided();
      ring.flush();
    }
    return oldest.isAsked() || oldest.step().isLast();
  }

  /** The number of the request by which the server was asked for the oldest, as settled. */
  long oldestNumber() {
    return gets[first].number();
  }

  /** The key of the oldest that was submitted, until another is. */
  KeyHandle oldestKey() {
    return gets[first].handle();
  }

  /** Hands the value of the oldest over, which was read. */
  Status finishOldest(ValueSink sink) {
    PendingGet oldest = gets[first];
    removeOldest();
    return finish(oldest, sink);
  }

  /** Has done with the oldest, for which the server was asked. */
  void removeOldest() {
    first = index(1);
    submitted--;
    begun--;
  }

  /**
   * Sees to it that all that was submitted is served before a write that goes into the ring next:
   * what has not begun goes into the ring before it, if the server may be asked; the rest is waited
   * for.
   */
  void precedeWrite() {
    if (submitted == 0) {
      return;
    }
    if (!addressesOnly) {
      flush();
    }
    for (int i = 0; i < begun; i++) {
      lookupReads.settle(gets[index(i)]);
    }
    askForUndecided();
    for (; begun < submitted; begun++) {
      ask(gets[index(begun)]);
    }
  }

  /** Frees the memory; the connection is closed before. */
  @Override
  public void close() {
    for (@Nullable PendingGet get : gets) {
      if (get != null) {
        get.close();
      }
    }
    buffers.close();
    buffer.close();
    keys.close();
  }
}
