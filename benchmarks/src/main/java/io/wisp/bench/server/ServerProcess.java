// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.server;

import io.wisp.measure.input.TimeSpan;
import io.wisp.measure.machine.CoreList;
import io.wisp.server.ServedTransports;
import io.wisp.server.StoreServer;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program that serves a store while a benchmark runs, by the server that {@code wisp -s} is:
 * {@code TRANSPORT THREADS BUSYPOLL BYTES DEVICE ACKTIMEOUT}. It listens on a free port of the
 * loopback interface, says so in one line on standard output, and ends when its standard input
 * does, which is at the latest when the process that started it is gone.
 */
public final class ServerProcess {

  /** In place of an RDMA device's name, or of its ack timeout: what the transport chooses. */
  public static final String AUTO = "auto";

  static final String READY = "ready";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private ServerProcess() {}

  /** The program. */
  public static void main(String[] arguments) throws IOException {
    PlacementProfiler.pinServer();
    Transport transport = Transports.named(arguments[0]);
    ServerOptions options =
        ServerOptions.at(new Endpoint("127.0.0.1", 0))
            .withThreads(Integer.parseInt(arguments[1]))
            .withBusyPoll(Boolean.parseBoolean(arguments[2]))
            .withDevice(device(arguments[4]))
            .withAckTimeout(ackTimeout(arguments[5]));
    boolean shared = transport.name().equals("shm");
    try (Store store = StoreServer.open(Long.parseLong(arguments[3]), false, shared);
        StoreServer server = start(store, transport, options)) {
      ServedTransports served = server.transports();
      if (served.served().isEmpty()) {
        throw new IllegalStateException(served.refused().getFirst().toString());
      }
      serveUntilEndOfInput(
          served.served().getFirst().server().endpoint(),
          served.served().getFirst().server().description());
    }
  }

  private static StoreServer start(Store store, Transport transport, ServerOptions options) {
    return StoreServer.start(store, List.of(transport), options, System.err);
  }

  /** The device of a transport's options that a parameter names: null for {@link #AUTO}. */
  public static @Nullable String device(String parameter) {
    return parameter.equals(AUTO) ? null : parameter;
  }

  /**
   * The ack timeout of a transport's options that a parameter says: null for {@link #AUTO}.
   *
   * @throws IllegalArgumentException if it is no time
   */
  public static @Nullable Duration ackTimeout(String parameter) {
    return parameter.equals(AUTO) ? null : TimeSpan.parse(parameter);
  }

  /** Says that a server listens, and returns when it is to be closed. */
  public static void serveUntilEndOfInput(Endpoint endpoint, String description)
      throws IOException {
    System.out.println(
        String.join("\t", READY, endpoint.toString(), CoreList.allowedHere(), description));
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
