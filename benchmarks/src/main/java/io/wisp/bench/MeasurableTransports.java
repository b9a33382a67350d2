// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which transports to measure where none is named.
 *
 * @param names those that can be
 * @param notes why the others cannot, a sentence each
 */
record MeasurableTransports(List<String> names, List<String> notes) {

  private static final Duration PROBE = Duration.ofSeconds(2);

  /**
   * Every transport that this machine can run and through which all of the servers answer.
   *
   * @param servers addresses of servers, or "own"
   * @param device the RDMA device to reach them by; null chooses one
   */
  static MeasurableTransports every(Collection<String> servers, @Nullable String device) {
    List<String> names = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Transport transport : Transports.all()) {
      Optional<String> obstacle = transport.unavailable();
      for (String server : servers) {
        obstacle = obstacle.or(() -> unreachable(transport, server, device));
      }
      if (obstacle.isPresent()) {
        notes.add("Left out: " + transport.name() + " (" + obstacle.get() + ")");
      } else {
        names.add(transport.name());
      }
    }
    return new MeasurableTransports(List.copyOf(names), List.copyOf(notes));
  }

  /** Why a server cannot be measured through a transport, or empty if it answers. */
  static Optional<String> unreachable(Transport transport, String server, @Nullable String device) {
    if (server.equals(TransportBenchmark.OWN_SERVER)) {
      return Optional.empty();
    }
    if (transport.name().equals(TransportBenchmark.NULL_TRANSPORT)) {
      return Optional.of("it has no server, so " + server + " cannot be measured through it");
    }
    Endpoint base = Endpoint.parse(server);
    if (base.port() + transport.portOffset() > 65_535) {
      return Optional.of(
          "port %s leaves no room for its port, which is %s above"
              .formatted(base.port(), transport.portOffset()));
    }
    Endpoint endpoint = transport.endpoint(base);
    ClientOptions options = ClientOptions.defaults().withTimeout(PROBE).withDevice(device);
    try {
      transport.connect(endpoint, options).close();
      return Optional.empty();
    } catch (TransportException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
