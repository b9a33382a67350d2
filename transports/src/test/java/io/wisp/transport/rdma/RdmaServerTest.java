// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportFixture;
import io.wisp.transport.Waiting;
import io.wisp.verbs.Verbs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaServerTest extends TransportFixture {

  private static final int CLIENTS = 256;

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(8L << 20);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(Duration.ofSeconds(60));
  }

  @Test
  void shouldServeManyClientsThatAreConnectedAtOnceAndFreeWhatTheyHeld() throws Exception {
    DeviceResources before = DeviceResources.now();
    Server server = serve(serverOptions().withThreads(2));
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      GetPath path = i % 2 == 0 ? GetPath.RING : GetPath.ONE_SIDED;
      clients.add(
          connect(server.endpoint(), clientOptions().withGetPath(path).withMaxOutstanding(2)));
    }
    assertThat(server.statistics().connections()).isEqualTo(CLIENTS);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < CLIENTS; i++) {
        Slice key = slice("key" + i);
        assertThat(clients.get(i).put(key, slice(i + "=" + round)))
            .isIn(Status.CREATED, Status.REPLACED);
        assertThat(clients.get(CLIENTS - 1 - i).get(key, value)).isEqualTo(Status.FOUND);
        assertThat(value.toByteArray()).asString().isEqualTo(i + "=" + round);
      }
    }
    clients.forEach(Client::close);
    server.close();
    DeviceResources.await(before);
  }

  @Test
  void shouldSayWhatItUsesAndThatItIsEmulated() {
    Server server = serve();
    assertThat(server.description())
        .startsWith("rdma at 127.0.0.1:")
        .containsPattern("by device \\w+ port 1, RoCE v2 ::ffff:[0-9.]+, ")
        .contains("table readable by clients");
    assertThat(connect(server).description())
        .containsPattern("rdma \\(device \\w+ port 1, RoCE v2 ::ffff:[0-9.]+, ")
        .contains("Soft-RoCE, emulated, ack timeout 537 ms)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nosuch0 | there is no RDMA device nosuch0 here; there is ",
        "DEVICE:9 | has no port 9; its ports are 1 to 1",
        "DEVICE:1:77 | has no GID at index 77; it has 0: ",
        "DEVICE:one | the port \"one\" in the RDMA device"
      })
  void shouldSayWhatIsWrongWithTheDeviceThatWasAskedFor(String device, String expected) {
    String asked = device.replace("DEVICE", anyDevice());
    Server server = serve();
    assertThatThrownBy(() -> serve(serverOptions().withDevice(asked)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(expected);
    assertThatThrownBy(() -> connect(server.endpoint(), clientOptions().withDevice(asked)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(expected);
  }

  private static String anyDevice() {
    return Verbs.devices().getFirst().name();
  }

  @Test
  void shouldUseTheDevicePortAndAddressThatWereAskedFor() {
    String asked = anyDevice() + ":1:0";
    Server server = serve(serverOptions().withDevice(asked));
    Client client = connect(server.endpoint(), clientOptions().withDevice(asked));
    assertThat(server.description()).contains("RoCE v2 fe80:");
    assertThat(client.description()).contains("RoCE v2 fe80:");
    store.put(slice("key"), slice("value"));
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
  }

  @Test
  void shouldLeaveTheServerAloneWithGetsOfItsTable() {
    Server server = serve();
    Client client = connect(server.endpoint(), clientOptions().withGetPath(GetPath.ONE_SIDED));
    store.put(slice("key"), slice("value"));
    store.put(slice("long"), Slice.of(new byte[100_000]));
    long requests = server.statistics().requests();
    for (int i = 0; i < 50; i++) {
      assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
      assertThat(client.get(slice("long"), value)).isEqualTo(Status.FOUND);
      assertThat(client.get(slice("absent"), value)).isEqualTo(Status.ABSENT);
    }
    assertThat(server.statistics().requests()).isEqualTo(requests);
  }

  @Test
  void shouldUseNextToNoProcessorTimeWhileNothingComes() throws Exception {
    Server server = serve(serverOptions().withThreads(4).withWaiting(Waiting.SLEEP));
    Client client = connect(server.endpoint(), clientOptions().withWaiting(Waiting.SLEEP));
    client.put(slice("key"), slice("value"));
    assertThat(ServerThreads.processorShare("wisp-rdma")).isLessThan(0.2);
    assertThat(client.contains(slice("key"))).isTrue();
  }
}
