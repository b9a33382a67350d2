// SPDX-License-Identifier: Apache-2.0
package io.wisp.server;

import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The servers of one process, a transport each, over one store. */
public final class ServedTransports implements AutoCloseable {

  /** A transport and the server that it runs here. */
  public record Served(Transport transport, Server server) {}

  /**
   * A transport that does not run here.
   *
   * @param reason a sentence
   * @param failed whether it should have run, and could not be started
   */
  public record Refused(Transport transport, String reason, boolean failed) {

    /** Both, for people. */
    @Override
    public String toString() {
      return transport.name() + ": " + reason;
    }
  }

  private static final Log LOG = Log.of(ServedTransports.class);

  private static final String NO_LOG = "it does not log writes, and this server does";

  private final List<Served> served = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();

  /**
   * Starts every transport that this machine can run. One that cannot start is left out, unless it
   * is the only one that was asked for; or tcp of a node of a cluster, to whose port clients are
   * sent by the others.
   *
   * @param options where tcp listens, from which the others' ports follow; with port 0 the first
   *     transport gets any free port and the others follow from that
   */
  static ServedTransports start(List<Transport> transports, Store store, ServerOptions options) {
    ServedTransports all = new ServedTransports();
    ServerOptions shared = options.sharingLog(store);
    try {
      for (Transport transport : transports) {
        try {
          all.start(transport, store, shared);
        } catch (TransportException e) {
          if (transports.size() == 1 || isNeeded(transport, options)) {
            throw e;
          }
          all.refused.add(new Refused(transport, String.valueOf(e.getMessage()), true));
        } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError e) {
          // Whatever is wrong with one of them, the others serve.
          if (transports.size() == 1 || isNeeded(transport, options)) {
            throw e;
          }
          LOG.log(Level.ERROR, transport.name() + " failed unexpectedly when it started", e);
          all.refused.add(new Refused(transport, e.toString(), true));
        }
      }
      return all;
    } catch (RuntimeException | Error e) {
      all.close();
      throw e;
    }
  }

  private static boolean isNeeded(Transport transport, ServerOptions options) {
    return options.member() != null && transport.portOffset() == 0;
  }

  private void start(Transport transport, Store store, ServerOptions options) {
    Optional<String> unavailable = transport.unavailable();
    if (unavailable.isPresent()) {
      refused.add(new Refused(transport, unavailable.get(), false));
      return;
    }
    if (options.writeLog() != null && !transport.logsWrites()) {
      refused.add(new Refused(transport, NO_LOG, false));
      return;
    }
    Endpoint endpoint = endpoint(transport, options.endpoint());
    served.add(new Served(transport, transport.serve(store, options.withEndpoint(endpoint))));
  }

  private Endpoint endpoint(Transport transport, Endpoint asked) {
    if (asked.port() == 0 && served.isEmpty()) {
      return asked;
    }
    int port = asked.port() == 0 ? port() : asked.port();
    try {
      return transport.endpoint(new Endpoint(asked.host(), port));
    } catch (IllegalArgumentException e) {
      throw new TransportException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The port that clients of any transport name, from which each transport's own follows. */
  public int port() {
    Served first = served.getFirst();
    return first.server().endpoint().port() - first.transport().portOffset();
  }

  /** Those that run, in the order in which they were started. */
  public List<Served> served() {
    return served;
  }

  /** The others, in the order in which they were tried. */
  public List<Refused> refused() {
    return refused;
  }

  @Override
  public void close() {
    for (Served each : served.reversed()) {
      each.server().close();
    }
  }
}
