// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.StoreStatistics;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * What MEMORY STATS tells, under Redis' names and in its order. What is not known is left out: what
 * was used at the start, what clients take, and the allocator's figures.
 */
final class MemoryStatistics {

  private final MemoryFigures memory;
  private final SequencedMap<String, Consumer<ReplyWriter>> figures = new LinkedHashMap<>();

  private MemoryStatistics(MemoryFigures memory) {
    this.memory = memory;
  }

  static void write(ReplyWriter reply, MemoryFigures memory) {
    MemoryStatistics statistics = new MemoryStatistics(memory);
    statistics.gather();
    reply.map(statistics.figures.size());
    statistics.figures.forEach(
        (name, value) -> {
          reply.bulk(name);
          value.accept(reply);
        });
  }

  private void gather() {
    StoreStatistics stored = memory.stored();
    put("peak.allocated", memory.peak());
    put("total.allocated", memory.used());
    put("replication.backlog", 0);
    put("clients.slaves", 0);
    put("cluster.links", 0);
    put("lua.caches", 0);
    put("functions.caches", 0);
    if (stored.entries() > 0) {
      figures.put("db.0", reply -> writeDatabase(reply, stored));
    }
    put("overhead.total", stored.indexBytes());
    put("keys.count", stored.entries());
    put("keys.bytes-per-key", stored.entries() > 0 ? memory.used() / stored.entries() : 0);
    put("dataset.bytes", stored.recordBytes());
    if (memory.used() > 0) {
      put("dataset.percentage", 100.0 * stored.recordBytes() / memory.used());
      put("peak.percentage", 100.0 * memory.used() / memory.peak());
      memory.resident().ifPresent(this::putFragmentation);
    }
  }

  private void putFragmentation(long resident) {
    put("fragmentation", (double) resident / memory.used());
    put("fragmentation.bytes", resident - memory.used());
  }

  private void put(String name, long value) {
    figures.put(name, reply -> reply.integer(value));
  }

  private void put(String name, double value) {
    figures.put(name, reply -> reply.real(value));
  }

  /** A record has its key's expiry, and no index is by slot: so one index is all there is. */
  private static void writeDatabase(ReplyWriter reply, StoreStatistics stored) {
    reply.map(3);
    reply.bulk("overhead.hashtable.main");
    reply.integer(stored.indexBytes());
    reply.bulk("overhead.hashtable.expires");
    reply.integer(0);
    reply.bulk("overhead.hashtable.slot-to-keys");
    reply.integer(0);
  }
}
