// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

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
 * lookup that cannot decide asks the server, through whoever {@link #complete}s it. It belongs to
 * one thread at a time.
 */
final class OneSidedGets implements AutoCloseable {

  /** Asks the server. */
  @FunctionalInterface
  interface Fallback {

    /** The value of a key, by the server. */
    Status get(Slice key, ValueSink sink);
  }

  /** Lookups that may be under way at once. */
  private static final int DEPTH = 64;

  private static final int BYTES_PER_LOOKUP = 16 << 10;

  private final RemoteMemory memory;
  private final RemoteBuffer region;
  private final ClientWait wait;
  private final Fallback fallback;
  private final @Nullable ReadSample reads;
  private final RemoteTable table;
  private final RendezvousBuffers buffers;
  private final LocalBuffer buffer;
  private final Arena keys = Arena.ofShared();
  private final PendingGet[] gets;

  /** The oldest of those submitted, how many there are, and how many of them have begun. */
  private int first;

  private int submitted;
  private int begun;

  OneSidedGets(
      Endpoint endpoint,
      ClientConnection connection,
      @Nullable ReadSample reads,
      int maxOutstanding,
      ClientWait wait,
      Fallback fallback) {
    memory = connection.memory();
    region = connection.welcome().table();
    this.wait = wait;
    this.fallback = fallback;
    this.reads = reads;
    buffers = new RendezvousBuffers(connection.fabric().port(), RendezvousBuffers.UNLIMITED);
    gets = new PendingGet[Math.min(DEPTH, maxOutstanding)];
    buffer = connection.fabric().port().allocate((long) gets.length * BYTES_PER_LOOKUP);
    try {
      table =
          new RemoteTable(
              readLayout(endpoint),
              RemoteTable.Options.DEFAULT
                  .bucketsInOnePiece(connection.welcome().linesInOnePiece())
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
    memory.postReads(0);
    while (memory.completedReads() < 0) {
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
        + line("lookup_retries", lookups.retries())
        + line("lookup_fall_backs", lookups.fallBacks())
        + line("reads_reported", reads == null ? 0 : reads.taken());
  }

  private static String line(String name, long value) {
    return "client_" + name + ":" + value + "\n";
  }

  /** Forgets where the record of a key is, which is about to change. */
  void forget(Slice key) {
    table.forget(key);
  }

  /** The value of a key. Nothing may be submitted. */
  Status get(Slice key, ValueSink sink) {
    PendingGet get = gets[0];
    get.start(key);
    pursue(0);
    settle(get);
    if (get.needsServer()) {
      get.giveUpSpace();
      return fallback.get(key, sink);
    }
    return finish(get, sink);
  }

  private Status finish(PendingGet get, ValueSink sink) {
    if (reads != null && get.isHit()) {
      reads.note(get.lookup().keyHash());
    }
    return get.finish(sink);
  }

  private void post(PendingGet get, int token) {
    RemoteReads reads = get.lookup().reads();
    for (int i = 0; i < reads.count(); i++) {
      memory.read(
          region, reads.regionOffset(i), get.buffer(), reads.bufferOffset(i), reads.length(i));
    }
    memory.postReads(token);
  }

  /** Whether one more may be submitted. */
  boolean hasRoom() {
    return submitted < gets.length;
  }

  /** Submits a get, which begins with the next {@link #flush}. */
  void submit(Slice key) {
    PendingGet get = gets[index(submitted)];
    get.startWithCopy(key);
    submitted++;
  }

  private int index(int fromFirst) {
    return (first + fromFirst) % gets.length;
  }

  /** Begins what was submitted. */
  void flush() {
    for (; begun < submitted; begun++) {
      pursue(index(begun));
    }
  }

  /** Posts what a lookup wants to read, unless it is over. */
  private void pursue(int index) {
    PendingGet get = gets[index];
    while (get.step() == RemoteLookup.Step.NEEDS_SPACE) {
      get.enlarge();
    }
    if (get.step() == RemoteLookup.Step.READ) {
      post(get, index);
    }
  }

  /** Whether there were completed reads to take in. */
  private boolean takeCompleted() {
    int index = memory.completedReads();
    boolean any = index >= 0;
    for (; index >= 0; index = memory.completedReads()) {
      gets[index].proceed();
      pursue(index);
    }
    return any;
  }

  /** Whether the oldest that was submitted is decided. Begins what has not begun. */
  boolean isReady() {
    flush();
    if (!gets[first].step().isLast() && !takeCompleted()) {
      wait.poll();
      takeCompleted();
    }
    return gets[first].step().isLast();
  }

  /** Waits for the oldest that was submitted, and hands its value over. */
  Status complete(ValueSink sink) {
    flush();
    PendingGet oldest = gets[first];
    settle(oldest);
    if (oldest.needsServer()) {
      ask(oldest);
    }
    first = index(1);
    submitted--;
    begun--;
    return finish(oldest, sink);
  }

  /** Waits until all that was submitted is decided, so that later requests find it done. */
  void decideAll() {
    flush();
    for (int i = 0; i < submitted; i++) {
      settle(gets[index(i)]);
    }
    for (int i = 0; i < submitted; i++) {
      PendingGet get = gets[index(i)];
      if (get.needsServer()) {
        ask(get);
      }
    }
  }

  private void settle(PendingGet get) {
    while (!get.step().isLast()) {
      if (!takeCompleted()) {
        wait.step();
      }
    }
  }

  private void ask(PendingGet get) {
    // The fallback waits for replies, and with them for reads of its own.
    for (int i = 0; i < begun; i++) {
      settle(gets[index(i)]);
    }
    get.answer(fallback.get(get.key(), get.answered()));
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
