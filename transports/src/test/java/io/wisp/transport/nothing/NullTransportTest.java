// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.nothing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NullTransportTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new NullTransport();
  }

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.allOf(Requirement.class);
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
