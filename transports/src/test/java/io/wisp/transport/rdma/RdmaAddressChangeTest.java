// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.Server;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportFixture;
import io.wisp.verbs.Verbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server that lives on while its device gets another address, or none. In the guest alone, whose
 * network is nobody's.
 */
@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaAddressChangeTest extends TransportFixture {

  private static final String ADDRESS = "10.9.0.1/24";
  private static final String OTHER_ADDRESS = "10.9.0.3/24";

  private String networkInterface = "";

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(8L << 20);
  }

  @BeforeEach
  void find() throws IOException {
    assumeTrue(System.getenv("WISP_GUEST") != null, "the network of this machine is in use");
    Path device = Path.of("/sys/class/infiniband", Verbs.devices().getFirst().name());
    networkInterface = Files.readString(device.resolve("ports/1/gid_attrs/ndevs/0")).strip();
    store.put(slice("key"), slice("value"));
  }

  @AfterEach
  void restore() throws Exception {
    if (networkInterface.isEmpty()) {
      return;
    }
    ip("link", "set", networkInterface, "up");
    // First, for an address goes with the one that was there before it.
    run("addr", "del", OTHER_ADDRESS, "dev", networkInterface);
    ip("addr", "replace", ADDRESS, "dev", networkInterface);
  }

  private static int run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }

  private static void ip(String... words) throws IOException, InterruptedException {
    assertThat(run(words)).as("ip " + String.join(" ", words)).isZero();
  }

  /** The kernel tells devices of addresses a moment later. */
  private Client connectSoon(Server server, String expected) throws InterruptedException {
    for (int i = 0; ; i++) {
      try {
        Client client = connect(server);
        if (client.description().contains(expected) || i == 100) {
          assertThat(client.description()).contains(expected);
          return client;
        }
        client.close();
      } catch (TransportException e) {
        if (i == 100) {
          throw e;
        }
      }
      Thread.sleep(100);
    }
  }

  @Test
  void shouldServeNewClientsAtTheAddressThatThePortHasNow() throws Exception {
    Server server = serve();
    assertThat(connectSoon(server, "10.9.0.1").get(slice("key"), value)).isEqualTo(Status.FOUND);
    ip("addr", "del", ADDRESS, "dev", networkInterface);
    ip("addr", "add", OTHER_ADDRESS, "dev", networkInterface);
    assertThat(connectSoon(server, "10.9.0.3").get(slice("key"), value)).isEqualTo(Status.FOUND);
    assertThat(server.description()).contains("10.9.0.3");
  }

  @Test
  void shouldSayThatThePortIsDownAndServeWhenItIsUpAgain() throws Exception {
    Server server = serve();
    assertThat(connectSoon(server, "10.9.0.1").get(slice("key"), value)).isEqualTo(Status.FOUND);
    ip("link", "set", networkInterface, "down");
    Thread.sleep(500);
    assertThatThrownBy(() -> connect(server))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("is the link or the interface up?");
    ip("link", "set", networkInterface, "up");
    ip("addr", "replace", ADDRESS, "dev", networkInterface);
    assertThat(connectSoon(server, "10.9.0.1").get(slice("key"), value)).isEqualTo(Status.FOUND);
  }
}
