// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.nothing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import io.wisp.transport.TransportException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NullTransportTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new NullTransport();
  }

  @Override
  protected Map<Requirement, String> missing() {
    return Map.of(
        Requirement.STORE, "it keeps one value, whatever the key",
        Requirement.CONNECTION, "its client is its server",
        Requirement.ANSWERED_GET, "its client is its server",
        Requirement.VERSIONS, "it keeps one value, whatever the key");
  }

  @Test
  void shouldGiveBackTheValueThatWasPutLastWhateverTheKey() {
    Client client = connect(serve());
    assertThat(client.get("any".getBytes(UTF_8))).isEmpty();
    client.put(slice("one"), slice("first"));
    client.put(slice("two"), slice("second"));
    assertThat(client.get(slice("one"), value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).asString().isEqualTo("second");
    assertThat(client.delete(slice("one"))).isEqualTo(Status.DELETED);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldBeNoNodeOfACluster() {
    ClusterNode node = new ClusterNode("a", "h", 1, List.of());
    ClusterMember member = new ClusterMember("a", new ClusterMap(1, List.of(node)));
    assertThatThrownBy(() -> transport().serve(store, ServerOptions.defaults().withMember(member)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot be a node of a cluster");
  }
}
