// SPDX-License-Identifier: Apache-2.0
package io.wisp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Overridden;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServedTransportsTest {

  private static final ServerOptions OPTIONS = ServerOptions.at(new Endpoint("127.0.0.1", 0));

  static List<Throwable> failures() {
    return List.of(
        new TransportException("there is no memory to lock"),
        new IllegalArgumentException("an unknown MTU"),
        new IllegalStateException("it was closed"),
        new OutOfMemoryError("no more threads"),
        new UnsatisfiedLinkError("no symbol"),
        new AssertionError("a layout"));
  }

  private static Transport failing(Throwable failure) {
    return Overridden.in(
        Transport.class,
        Transports.named("tcp"),
        Map.of(
            "name",
            original -> "bad",
            "serve",
            original -> {
              throw failure;
            }));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void oneThatFailsDoesNotTakeTheOthersWithIt(Throwable failure) {
    Transport tcp = Transports.named("tcp");
    for (List<Transport> order :
        List.of(List.of(failing(failure), tcp), List.of(tcp, failing(failure)))) {
      try (HeapStore store = new HeapStore();
          ServedTransports served = ServedTransports.start(order, store, OPTIONS)) {
        assertThat(served.served()).hasSize(1);
        assertThat(served.served().getFirst().transport().name()).isEqualTo("tcp");
        assertThat(served.refused())
            .singleElement()
            .matches(ServedTransports.Refused::failed)
            .asString()
            .startsWith("bad: ")
            .contains(failure.getMessage());
      }
    }
  }

  /** Others would send clients to a port where somebody else listens. */
  @ParameterizedTest
  @MethodSource("failures")
  void aNodeDoesNotServeWithoutThePortThatClientsAreSentTo(Throwable failure) {
    ClusterNode node = new ClusterNode("a", "127.0.0.1", 7000, SlotRange.parseAll("0-16383"));
    ServerOptions options =
        OPTIONS.withMember(new ClusterMember("a", new ClusterMap(1, List.of(node))));
    List<Transport> order = List.of(Transports.named("zmq"), failing(failure));
    try (HeapStore store = new HeapStore()) {
      assertThatThrownBy(() -> ServedTransports.start(order, store, options)).isSameAs(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theOnlyOneThatWasAskedForIsNotLeftOut(Throwable failure) {
    try (HeapStore store = new HeapStore()) {
      assertThatThrownBy(() -> ServedTransports.start(List.of(failing(failure)), store, OPTIONS))
          .isSameAs(failure);
    }
  }
}
