// SPDX-License-Identifier: Apache-2.0
package io.wisp.server;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.MasterWatch;
import io.wisp.transport.shm.SharedTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store that is served: by transports, each with a server of its own, and kept in order by a
 * thread. As a node of a cluster it learns who the masters of other shards are. It is what {@code
 * wisp -s} runs, and what a benchmark measures. Thread-safe.
 */
public final class StoreServer implements AutoCloseable {

  private final ServedTransports transports;
  private final Housekeeper housekeeper;
  private final @Nullable MasterWatch masters;

  private StoreServer(
      ServedTransports transports, Housekeeper housekeeper, @Nullable MasterWatch masters) {
    this.transports = transports;
    this.housekeeper = housekeeper;
    this.masters = masters;
  }

  /**
   * Opens the table that is served.
   *
   * @param bytes of memory for keys, values and index
   * @param evict whether it makes room by removing what was not used lately
   * @param shared whether clients on this machine are to map its memory into their own
   * @throws IOException if the machine gives no shared memory
   * @throws IllegalArgumentException if the size is beyond a limit
   * @throws OutOfMemoryError if the machine does not give so much
   */
  public static Store open(long bytes, boolean evict, boolean shared) throws IOException {
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(bytes).evict(evict);
    return shared ? SharedTable.open(options) : CuckooStore.open(options);
  }

  /**
   * Opens the table that is served and that outlives the process, as {@link CuckooStore#keep} says.
   *
   * @param bytes of memory for keys, values and index
   * @param evict whether it makes room by removing what was not used lately
   * @throws IOException if the file cannot be had, or holds nothing that can be gone on with
   * @throws IllegalArgumentException if the size is beyond a limit
   */
  public static CuckooStore keep(long bytes, boolean evict, Path file) throws IOException {
    return CuckooStore.keep(CuckooStore.Options.ofCapacity(bytes).evict(evict), file);
  }

  /**
   * Serves a store until it is closed; the store stays the caller's.
   *
   * @param options where tcp listens, from which the others' ports follow; with port 0 the first
   *     transport gets any free port and the others follow from that
   * @param err is told when keeping the store in order fails for a while, or no node of another
   *     shard answers
   * @throws TransportException if the only transport cannot be served, or tcp as a node of a
   *     cluster
   */
  public static StoreServer start(
      Store store, List<Transport> transports, ServerOptions options, PrintStream err) {
    ServedTransports served = ServedTransports.start(transports, store, options);
    StoreServer server;
    try {
      server =
          new StoreServer(
              served,
              new Housekeeper(store, err, options.onThreadLost()),
              MasterWatch.of(options, notice -> err.println("WARNING: " + notice)));
    } catch (RuntimeException | Error e) {
      served.close();
      throw e;
    }
    try {
      server.startThreads();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private void startThreads() {
    housekeeper.start();
    if (masters != null) {
      masters.start();
    }
  }

  /** Its transports, those that could be served and those that could not. */
  public ServedTransports transports() {
    return transports;
  }

  /** Ends all of it: first what clients ask, then the housekeeping. */
  @Override
  public void close() {
    try {
      if (masters != null) {
        masters.close();
      }
      transports.close();
    } finally {
      housekeeper.close();
    }
  }
}
