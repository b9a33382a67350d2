// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Operation;
import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.remote.TableFormatException;
import io.wisp.store.cuckoo.remote.TableLayout;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
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
 */
final class OneSidedGets implements AutoCloseable {

  /** Lookups that may be under way at once. */
  private static final int DEPTH = 64;

  private static final int BYTES_PER_LOOKUP = 16 << 10;

  private static final Slice NONE = new Slice();

  private final RemoteMemory memory;
  private final RemoteBuffer region;
  private final ClientWait wait;
  private final RingCalls ring;
  private final @Nullable ReadSample reads;
  private final ArrivedReads arrived;
  private final boolean givesAddresses;
  private final boolean addressesOnly;
  private final RemoteTable table;
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
   * @param ring where the server is asked
   */
  OneSidedGets(
      Endpoint endpoint,
      ClientConnection connection,
      boolean addressesOnly,
      @Nullable ReadSample reads,
      int maxOutstanding,
      ClientWait wait,
      ArrivedReads arrived,
      RingCalls ring) {
    memory = connection.memory();
    region = connection.welcome().table();
    givesAddresses = connection.welcome().givesAddresses();
    this.addressesOnly = addressesOnly && givesAddresses;
    this.wait = wait;
    this.ring = ring;
    this.reads = reads;
    this.arrived = arrived;
    buffers = new RendezvousBuffers(connection.fabric().port(), RendezvousBuffers.UNLIMITED);
    gets = new PendingGet[Math.min(DEPTH, maxOutstanding)];
    buffer = connection.fabric().port().allocate((long) gets.length * BYTES_PER_LOOKUP);
    try {
      table =
          new RemoteTable(
              readLayout(endpoint),
              RemoteTable.Options.DEFAULT
                  .bucketsInOnePiece(connection.welcome().linesInOnePiece())
                  .addressesOnly(this.addressesOnly)
                  .clock(connection.clock()));
    } catch (RuntimeException | Error e) {
      // A read may be under way, so the connection ends first.
      memory.close();
      close();
      throw e;
    }
    for (int i = 0; i < gets.length; i++) {
      gets[i] =
          new PendingGet(
              table, buffer, (long) i * BYTES_PER_LOOKUP, BYTES_PER_LOOKUP, keys, buffers);
    }
  }

  private TableLayout readLayout(Endpoint endpoint) {
    memory.read(region, 0, buffer, 0, TableLayout.HEADER_BYTES);
    memory.closeBatch(0);
    memory.postReads();
    while (arrived.nextLookup() < 0) {
      wait.step();
    }
    try {
      return TableLayout.parse(buffer.memory(), 0, region.length());
    } catch (TableFormatException e) {
      throw new TransportException(
          endpoint + " offers no table that can be read: " + e.getMessage(), e);
    }
  }

  /** What the lookups came to, as lines of {@code name:value}. */
  String report() {
    LookupStatistics lookups = table.statistics();
    return line("lookups", lookups.lookups())
        + line("lookup_reads", lookups.reads())
        + line("lookup_hits", lookups.hits())
        + line("lookup_misses", lookups.confirmedMisses())
        + line("lookup_address_hits", lookups.addressHits())
        + line("lookup_stale_addresses", lookups.staleAddresses())
        + line("lookup_unknown_addresses", lookups.unknownAddresses())
        + line("lookup_retries", lookups.retries())
        + line("lookup_fall_backs", lookups.fallBacks())
        + line("gets_read", lookups.lookups() - lookups.fallBacks())
        + line("gets_asked", asked)
        + line("reads_reported", reads == null ? 0 : reads.taken());
  }

  private static String line(String name, long value) {
    return "client_" + name + ":" + value + "\n";
  }

  /** Whether requests by the ring shall want the addresses of records. */
  boolean wantsAddresses() {
    return givesAddresses;
  }

  /** The hash of a key, by which the address of its record is remembered. */
  long hash(Slice key) {
    return table.hash(key);
  }

  /** Forgets where the record of a key is, which is about to change. */
  void forget(long hash) {
    table.forget(hash);
  }

  /**
   * Learns from a reply that came by the ring.
   *
   * @param hash of the key that was asked for
   * @param address of its record, or {@link RecordAddress#NONE}
   */
  void learn(long hash, Status status, long address) {
    if (address != RecordAddress.NONE) {
      table.remember(hash, address);
    } else if (status == Status.ABSENT) {
      table.forget(hash);
    }
  }

  /** Whether the server is asked rather than that more than one record is read. */
  boolean isAddressesOnly() {
    return addressesOnly;
  }

  /** Whether a get of a key can begin with a read. */
  boolean canRead(long hash) {
    return !addressesOnly || table.knows(hash);
  }

  /** The value of a key, or null if the server must be asked. Nothing may be submitted. */
  @Nullable Status get(Slice key, long hash, ValueSink sink) {
    PendingGet get = gets[0];
    get.start(key, hash);
    pursue(0);
    memory.postReads();
    settle(get);
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
  void submit(Slice key, long hash) {
    gets[index(submitted)].keep(key, hash);
    submitted++;
  }

  private int index(int fromFirst) {
    return (first + fromFirst) % gets.length;
  }

  /** Begins what was submitted, all with one post. */
  void flush() {
    if (begun == submitted) {
      return;
    }
    for (; begun < submitted; begun++) {
      int index = index(begun);
      gets[index].startKept();
      pursue(index);
    }
    memory.postReads();
  }

  /** Adds what a lookup wants to read to what is posted next, unless it is over. */
  private void pursue(int index) {
    PendingGet get = gets[index];
    while (get.step() == RemoteLookup.Step.NEEDS_SPACE) {
      get.enlarge();
    }
    if (get.step() != RemoteLookup.Step.READ) {
      return;
    }
    RemoteReads wanted = get.lookup().reads();
    for (int i = 0; i < wanted.count(); i++) {
      memory.read(
          region, wanted.regionOffset(i), get.buffer(), wanted.bufferOffset(i), wanted.length(i));
    }
    memory.closeBatch(index);
  }

  /** Whether there were completed reads to take in. */
  private boolean takeCompleted() {
    int index = arrived.nextLookup();
    if (index < 0) {
      return false;
    }
    for (; index >= 0; index = arrived.nextLookup()) {
      gets[index].proceed();
      pursue(index);
    }
    memory.postReads();
    return true;
  }

  private void settle(PendingGet get) {
    while (!get.step().isLast()) {
      if (!takeCompleted()) {
        wait.step();
      }
    }
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
      settle(oldest);
      if (oldest.needsServer()) {
        for (int i = 0; i < begun; i++) {
          settle(gets[index(i)]);
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
    get.ask(ring.send(Operation.GET, get.key(), NONE, 0, givesAddresses));
  }

  /**
   * Looks whether it is decided where the value of the oldest comes from, and waits for nothing.
   * Begins what has not begun.
   */
  boolean isOldestSettled() {
    flush();
    PendingGet oldest = gets[first];
    boolean any = takeCompleted();
    if (!any && !oldest.isAsked() && !oldest.step().isLast()) {
      wait.poll();
      takeCompleted();
    }
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

  /** The hash of the key of the oldest that was submitted. */
  long oldestHash() {
    return gets[first].hash();
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
    if (!addressesOnly) {
      flush();
    }
    for (int i = 0; i < begun; i++) {
      settle(gets[index(i)]);
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
