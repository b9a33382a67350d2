// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static io.wisp.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportFixture;
import io.wisp.transport.Waiting;
import io.wisp.verbs.AsyncEvent;
import io.wisp.verbs.AsyncEventType;
import io.wisp.verbs.Verbs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server on a machine with two devices. In the guest alone, whose network is nobody's. */
@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaRailsTest extends TransportFixture {

  private static final String FIRST_ADDRESS = "10.9.0.1";
  private static final int REQUESTS = 50;

  private String firstDevice = "";
  private final List<Client> clients = new ArrayList<>();

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(16L << 20);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(Duration.ofSeconds(60));
  }

  @BeforeEach
  void addARail() throws Exception {
    assumeTrue(System.getenv("WISP_GUEST") != null, "the network of this machine is in use");
    firstDevice = Verbs.devices().getFirst().name();
    SecondRail ignored = closedAfterwards(new SecondRail());
  }

  private static ServerOptions everywhere() {
    return ServerOptions.at(new Endpoint("0.0.0.0", 0));
  }

  private Client connectAt(Server server, String address) {
    return connectAt(server, address, clientOptions());
  }

  private Client connectAt(Server server, String address, ClientOptions options) {
    Client client = connect(new Endpoint(address, server.endpoint().port()), options);
    clients.add(client);
    return client;
  }

  /** What goes through rings, what is read by the server, by the client, and from the table. */
  private void request(Client client, String key) {
    byte[] bytes = randomBytes(200_000);
    assertThat(client.put(slice(key), slice("short"))).isIn(Status.CREATED, Status.REPLACED);
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(client.get(slice(key), value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).asString().isEqualTo("short");
    }
    assertThat(client.put(slice(key), Slice.of(bytes))).isEqualTo(Status.REPLACED);
    assertThat(client.get(slice(key), value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).isEqualTo(bytes);
  }

  /** Has the packets of a client's requests be those of one device alone. */
  private void requireWayOf(Client client, String device, String other) throws IOException {
    long before = SecondRail.sentBy(device);
    long others = SecondRail.sentBy(other);
    request(client, device);
    assertThat(SecondRail.sentBy(device)).isGreaterThan(before + REQUESTS);
    // What is left of earlier connections may still be sent there, but no request.
    assertThat(SecondRail.sentBy(other)).isLessThan(others + REQUESTS / 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Waiting.class,
      names = {"SPIN", "SLEEP"})
  void shouldServeEachClientByTheDeviceOfTheAddressThatItCameTo(Waiting waiting) throws Exception {
    DeviceResources before = DeviceResources.now();
    Server server = serve(everywhere().withWaiting(waiting));
    for (GetPath path : new GetPath[] {GetPath.RING, GetPath.ONE_SIDED}) {
      ClientOptions options = clientOptions().withGetPath(path).withWaiting(waiting);
      try (Client first = connectAt(server, FIRST_ADDRESS, options);
          Client second = connectAt(server, SecondRail.ADDRESS, options)) {
        assertThat(first.description()).contains("device " + firstDevice + " port 1, ");
        assertThat(second.description()).contains("device " + SecondRail.DEVICE + " port 1, ");
        requireWayOf(second, SecondRail.DEVICE, firstDevice);
        requireWayOf(first, firstDevice, SecondRail.DEVICE);
        requireWayOf(second, SecondRail.DEVICE, firstDevice);
      }
    }
    assertThat(server.description())
        .contains("device " + firstDevice)
        .contains("device " + SecondRail.DEVICE)
        .contains("others by their addresses");
    server.close();
    DeviceResources.await(before);
  }

  @Test
  void shouldShareThreadsAmongTheClientsOfAllDevices() throws Exception {
    Server server = serve(everywhere().withThreads(2).withWaiting(Waiting.SLEEP));
    for (int i = 0; i < 8; i++) {
      Client ignored = connectAt(server, i % 2 == 0 ? FIRST_ADDRESS : SecondRail.ADDRESS);
    }
    for (int i = 0; i < clients.size(); i++) {
      request(clients.get(i), "key" + i);
    }
    assertThat(server.statistics().connections()).isEqualTo(clients.size());
  }

  @Test
  void shouldServeClientsAtAddressesOfNoDeviceByTheOneThatIsChosenFirst() throws Exception {
    Server server = serve(everywhere());
    requireUsualWay(server);
  }

  /** The new device may come first in the list of devices, or last. */
  private void requireUsualWay(Server server) throws IOException {
    String usual = Verbs.devices().getFirst().name();
    String other = usual.equals(firstDevice) ? SecondRail.DEVICE : firstDevice;
    requireWayOf(connectAt(server, "127.0.0.1"), usual, other);
  }

  @Test
  void shouldKeepToTheDeviceThatWasAskedFor() throws Exception {
    Server server = serve(everywhere().withDevice(firstDevice));
    requireWayOf(connectAt(server, SecondRail.ADDRESS), firstDevice, SecondRail.DEVICE);
    assertThat(server.description()).doesNotContain("others");
  }

  @Test
  void shouldKeepToTheDeviceOfTheAddressThatItListensAt() throws Exception {
    Server server = serve(ServerOptions.at(new Endpoint(SecondRail.ADDRESS, 0)));
    requireWayOf(connectAt(server, SecondRail.ADDRESS), SecondRail.DEVICE, firstDevice);
  }

  @Test
  void shouldServeTheOthersWhenALinkIsDownAndAllWhenItIsUpAgain() throws Exception {
    Server server = serve(everywhere());
    Client first = connectAt(server, FIRST_ADDRESS);
    Client second = connectAt(server, SecondRail.ADDRESS);
    request(first, "first");
    request(second, "second");
    SecondRail.setLink("down");
    request(first, "first");
    assertThatThrownBy(() -> request(second, "second")).isInstanceOf(TransportException.class);
    second.close();
    request(first, "first");
    request(connectAt(server, FIRST_ADDRESS), "another");
    SecondRail.setLink("up");
    requireWayOf(connectAt(server, SecondRail.ADDRESS), SecondRail.DEVICE, firstDevice);
    request(first, "first");
  }

  /** The event is played: Soft-RoCE keeps a device until nobody has it open. */
  @ParameterizedTest
  @EnumSource(
      value = Waiting.class,
      names = {"SPIN", "SLEEP"})
  void shouldEndTheClientsOfADeviceThatIsGoneAloneAndServeByItWhenItIsBack(Waiting waiting)
      throws Exception {
    DeviceResources before = DeviceResources.now();
    Server server = serve(everywhere().withWaiting(waiting));
    Client first = connectAt(server, FIRST_ADDRESS);
    Client second = connectAt(server, SecondRail.ADDRESS);
    request(first, "first");
    request(second, "second");
    remove(SecondRail.DEVICE);
    await(() -> server.statistics().connections() == 1);
    assertThatThrownBy(() -> request(second, "second")).isInstanceOf(TransportException.class);
    request(first, "first");
    requireWayOf(connectAt(server, SecondRail.ADDRESS), SecondRail.DEVICE, firstDevice);
    remove(firstDevice);
    await(() -> server.statistics().connections() == 1);
    requireWayOf(connectAt(server, FIRST_ADDRESS), firstDevice, SecondRail.DEVICE);
    requireUsualWay(server);
    clients.forEach(Client::close);
    server.close();
    DeviceResources.await(before);
  }

  private static void remove(String device) {
    try (SharedContext context = SharedContext.open(device)) {
      context.happened(new AsyncEvent(AsyncEventType.DEVICE_FATAL, null, 0));
    }
  }
}
