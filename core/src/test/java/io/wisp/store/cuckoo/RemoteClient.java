// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.remote.KeyHandle;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.remote.TableLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A reader of a store's region that has nothing of the store but the bytes. */
public final class RemoteClient {

  /** How the bytes travel. */
  public interface Network {
    void fetch(RemoteReads reads, MemorySegment region, MemorySegment buffer);
  }

  private final MemorySegment region;
  private final Network network;
  private final RemoteTable table;
  private final RemoteLookup lookup;
  private final KeyHandle handle = new KeyHandle();
  private MemorySegment buffer;
  private int steps;

  public RemoteClient(MemorySegment region, RemoteTable.Options options, Network network) {
    this.region = region;
    this.network = network;
    table = new RemoteTable(TableLayout.parse(region, 0, region.byteSize()), options);
    lookup = new RemoteLookup(table);
    buffer = MemorySegment.NULL;
    giveBuffer(4096);
  }

  public RemoteClient(CuckooStore store, RemoteTable.Options options) {
    this(store.region(), options, RemoteReads::copy);
  }

  void giveBuffer(long bytes) {
    buffer = Arena.ofAuto().allocate(bytes, 8);
    lookup.useBuffer(buffer, 0, bytes);
  }

  /** Looks a key up to the end, with as large a buffer as it takes. */
  public Step get(Slice key) {
    return finish(lookup.start(key));
  }

  /** The same of a key that was found before. */
  Step get(Slice key, KeyHandle found) {
    return finish(lookup.start(key, found));
  }

  /** Forgets where the record of a key is. */
  void forget(Slice key) {
    table.find(key, handle);
    table.forget(handle);
  }

  /** The same, beginning with a record that may be the key's. */
  Step getAt(Slice key, long recordOffset, int recordLength) {
    return finish(lookup.startAt(key, recordOffset, recordLength));
  }

  private Step finish(Step first) {
    steps = 0;
    Step step = first;
    while (!step.isLast()) {
      steps++;
      if (step == Step.NEEDS_SPACE) {
        giveBuffer(lookup.bytesNeeded());
      } else {
        network.fetch(lookup.reads(), region, buffer);
      }
      step = lookup.proceed();
    }
    return step;
  }

  /** The value of a key, or null if it is absent. */
  public @Nullable String get(String key) {
    Step step = get(Slice.of(key));
    if (step == Step.HIT) {
      return new String(value().toByteArray(), StandardCharsets.UTF_8);
    }
    if (step != Step.ABSENT) {
      throw new AssertionError(key + ": " + step);
    }
    return null;
  }

  Slice value() {
    return lookup.pointAtValue(new Slice());
  }

  /** How many steps the last lookup took. */
  int steps() {
    return steps;
  }

  RemoteLookup lookup() {
    return lookup;
  }

  RemoteTable table() {
    return table;
  }

  LookupStatistics statistics() {
    return table.statistics();
  }
}
