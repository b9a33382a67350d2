// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that lives on while its device gets another address, or none. */
@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaAddressChangeTest extends GuestNetworkFixture {

  @BeforeEach
  void fill() {
    store.put(slice("key"), slice("value"));
  }

  private void requireServiceAt(String gid, Server server) {
    assertThat(server.description()).contains("RoCE v2 " + gid);
    for (GetPath path : GetPath.values()) {
      Client client = connect(server.endpoint(), clientOptions().withGetPath(path));
      assertThat(client.description()).contains("RoCE v2 " + gid);
      assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
      assertThat(client.put(slice("key"), slice("other"))).isEqualTo(Status.REPLACED);
    }
  }

  @Test
  void shouldServeNewClientsAtTheAddressThatThePortHasNow() throws Exception {
    Server server = serve();
    requireServiceAt("::ffff:10.9.0.1", server);
    removeAddress();
    addAddress("10.9.0.3/24");
    assertThat(connect(server).get(slice("key"), value)).isEqualTo(Status.FOUND);
    requireServiceAt("::ffff:10.9.0.3", server);
  }

  @Test
  void shouldSayThatThePortIsDownAndServeWhenItIsUpAgain() throws Exception {
    Server server = serve();
    requireServiceAt("::ffff:10.9.0.1", server);
    down();
    assertThatThrownBy(() -> connect(server))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("is the link or the interface up?");
    up();
    requireServiceAt("::ffff:10.9.0.1", server);
  }

  @Test
  void shouldServeWhereThereIsNoAddressButThatOfTheLink() throws Exception {
    removeAddress();
    requireServiceAt("fe80:", serve(ServerOptions.at(new Endpoint("::1", 0))));
  }

  @Test
  void shouldServeWhereThereIsIpv6Alone() throws Exception {
    removeAddress();
    addAddress("fd00:9::1/64");
    requireServiceAt("fd00:9:", serve(ServerOptions.at(new Endpoint("::1", 0))));
    requireServiceAt("fd00:9:", serve(ServerOptions.at(new Endpoint("fd00:9::1", 0))));
  }
}
