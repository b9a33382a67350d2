// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transports;
import io.wisp.transport.shm.SharedTable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The program that serves a store while a benchmark runs: {@code TRANSPORT THREADS BUSYPOLL BYTES
 * DEVICE}. It listens on a free port of the loopback interface, says so in one line on standard
 * output, and ends when its standard input does, which is at the latest when the process that
 * started it is gone.
 */
public final class ServerProcess {

  /** In place of an RDMA device's name: one that works. */
  public static final String ANY_DEVICE = "auto";

  static final String READY = "ready";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private ServerProcess() {}

  public static void main(String[] arguments) throws IOException {
    ServerOptions options =
        ServerOptions.at(new Endpoint("127.0.0.1", 0))
            .withThreads(Integer.parseInt(arguments[1]))
            .withBusyPoll(Boolean.parseBoolean(arguments[2]))
            .withDevice(device(arguments[4]));
    try (Store store = open(arguments[0], Long.parseLong(arguments[3]));
        Server server = Transports.named(arguments[0]).serve(store, options)) {
      serveUntilEndOfInput(server.endpoint(), server.description());
    }
  }

  private static Store open(String transport, long bytes) throws IOException {
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(bytes);
    return transport.equals("shm") ? SharedTable.open(options) : CuckooStore.open(options);
  }

  /** The device of a transport's options that a parameter names: null for {@link #ANY_DEVICE}. */
  public static @Nullable String device(String parameter) {
    return parameter.equals(ANY_DEVICE) ? null : parameter;
  }

  /** Says that a server listens, and returns when it is to be closed. */
  public static void serveUntilEndOfInput(Endpoint endpoint, String description)
      throws IOException {
    System.out.println(
        String.join("\t", READY, endpoint.toString(), Cores.ofThisProcess(), description));
    System.in.transferTo(OutputStream.nullOutputStream());
    haltLater();
  }

  /** A server that cannot close must not outlive its benchmark. */
  private static void haltLater() {
    Thread.ofPlatform()
        .daemon()
        .name("halt")
        .start(
            () -> {
              try {
                Thread.sleep(PATIENCE);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(1);
            });
  }
}
