// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.nothing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
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
        Requirement.ANSWERED_GET, "its client is its server");
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
}
