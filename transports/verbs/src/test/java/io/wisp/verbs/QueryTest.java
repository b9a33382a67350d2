// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class QueryTest {

  private static final Path SYSTEM = Path.of("/sys/class/infiniband");

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  private final Context context = loopback.context;
  private final String name = context.device().name();

  @Test
  void shouldBeAvailable() {
    assertThat(Verbs.availability()).isEmpty();
  }

  @Test
  void shouldListTheDevicesThatTheKernelHas() {
    assertThat(Verbs.devices())
        .extracting(Device::name)
        .containsExactlyInAnyOrderElementsOf(Verbs.namesIn(SYSTEM));
    assertThat(Verbs.devices()).allMatch(Device::isAccessible);
  }

  @Test
  void shouldTellTheGuidThatTheKernelTells() throws IOException {
    String guid = Files.readString(SYSTEM.resolve(name).resolve("node_guid")).strip();
    assertThat(context.device().guid())
        .isEqualTo(Long.parseUnsignedLong(guid.replace(":", ""), 16))
        .isEqualTo(context.attributes().nodeGuid());
  }

  @Test
  void shouldTellWhatTheDeviceCanDo() {
    DeviceAttributes attributes = context.attributes();
    assertThat(attributes.ports()).isBetween(1, 255);
    assertThat(attributes.maxQueuePairs()).isPositive();
    assertThat(attributes.maxCompletions()).isPositive();
    assertThat(attributes.maxSharedReceiveQueues()).isPositive();
    assertThat(attributes.maxAddressHandles()).isPositive();
    assertThat(attributes.maxMemoryRegionBytes()).isNotZero();
    assertThat(attributes.maxReadsAsInitiator()).isPositive();
  }

  @Test
  void shouldChooseAnActivePortWithTheGidThatTheKernelCallsRoceVersion2() throws IOException {
    LocalPort port = context.selectPort();
    assertThat(port.attributes().isActive()).isTrue();
    if (port.attributes().linkLayer() == LinkLayer.ETHERNET) {
      Path folder = SYSTEM.resolve(name).resolve("ports").resolve("" + port.number());
      GidEntry gid = Objects.requireNonNull(port.gid());
      assertThat(Files.readString(folder.resolve("gid_attrs/types/" + gid.index())).strip())
          .isEqualTo("RoCE v2");
      assertThat(Gid.parse(Files.readString(folder.resolve("gids/" + gid.index())).strip()))
          .isEqualTo(gid.gid());
    }
  }

  @Test
  void shouldTakeThePortAndGidThatWereAskedFor() {
    GidEntry first = context.gids(1).getFirst();
    assertThat(context.selectPort(1, first.index()).gid()).isEqualTo(first);
  }

  @Test
  void shouldRefusePortsAndGidsThatDoNotExist() {
    assertThatThrownBy(() -> context.selectPort(99, LocalPort.ANY))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith(name + " has no port 99; its ports are 1 to ");
    assertThatThrownBy(() -> context.selectPort(1, 200))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("port 1 of " + name + " has no GID at index 200; it has ");
    assertThatThrownBy(() -> context.queryPort(99))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("ibv_query_port(device=" + name + ", port=99): ");
  }

  @Test
  void shouldRefuseADeviceThatDoesNotExist() {
    assertThatThrownBy(() -> Verbs.open("nothing0"))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("there is no RDMA device nothing0 here; there is ")
        .hasMessageContaining(name);
    Device gone =
        new Device("nothing0", 0, DeviceTransport.INFINIBAND, Path.of("/dev/infiniband/none"));
    assertThatThrownBy(gone::open)
        .isInstanceOf(VerbsException.class)
        .hasMessage("ibv_open_device(device=nothing0): ENODEV: there is no such device any more");
  }

  @Test
  void shouldTellThePartitionKey() {
    assertThat(context.queryPartitionKey(1, 0)).isBetween(0x7FFF, 0xFFFF);
    assertThatThrownBy(() -> context.queryPartitionKey(1, 60_000))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("ibv_query_pkey(device=" + name + ", port=1, index=60000): ");
  }

  @Test
  void shouldTellWhatAQueuePairIsLike() {
    QueuePairStatus status = loopback.nearPair.query();
    assertThat(status.state()).isEqualTo(QueuePairState.READY_TO_SEND);
    assertThat(status.destination()).isEqualTo(loopback.farPair.number());
    assertThat(status.pathMtu()).isEqualTo(loopback.port.attributes().activeMtu().code());
    assertThat(status.port()).isEqualTo(loopback.port.number());
    assertThat(status.timeout()).isEqualTo(14);
    assertThat(status.retryCount()).isEqualTo(7);
    assertThat(status.readsAsInitiator()).isEqualTo(16);
    assertThat(status.readsAsTarget()).isEqualTo(16);
    assertThat(status.access())
        .containsAll(
            Set.of(AccessFlag.REMOTE_READ, AccessFlag.REMOTE_WRITE, AccessFlag.REMOTE_ATOMIC));
  }

  @Test
  void shouldNameEveryAttributeOfAChangeThatIsRefused() {
    QueuePair pair =
        loopback.domain.createQueuePair(new QueuePairOptions(QueuePairType.RC, loopback.nearQueue));
    assertThatThrownBy(
            () ->
                pair.readyToSend(
                    loopback.nearPair.address(loopback.port), ConnectionOptions.DEFAULT))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith(
            "ibv_modify_qp(queue pair "
                + pair.number()
                + " of "
                + name
                + ", qp_state=READY_TO_SEND, sq_psn=")
        .hasMessageContaining("timeout=14, retry_cnt=7, rnr_retry=7, max_rd_atomic=16): EINVAL: ");
  }

  @Test
  void shouldNameTheLimitsOfTheDeviceThatAQueuePairExceeds() {
    DeviceAttributes attributes = context.attributes();
    int requests = attributes.maxRequestsPerQueue() + 1;
    int pieces = attributes.maxScatterGather() + 1;
    assertThatThrownBy(
            () ->
                loopback.domain.createQueuePair(
                    new QueuePairOptions(QueuePairType.RC, loopback.nearQueue)
                        .maxSends(requests)
                        .maxReceiveScatter(pieces)))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith(
            "ibv_create_qp(device=" + name + ", type=RC, max_send_wr=" + requests)
        .hasMessageEndingWith(
            "EINVAL: max_send_wr="
                + requests
                + " is over the device's max_qp_wr of "
                + attributes.maxRequestsPerQueue()
                + "; max_recv_sge="
                + pieces
                + " is over the device's max_sge of "
                + attributes.maxScatterGather());
  }

  @Test
  void shouldNameTheLimitOfTheDeviceThatACompletionQueueExceeds() {
    int most = context.attributes().maxCompletions();
    assertThatThrownBy(() -> context.createCompletionQueue(most + 1))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith(
            "ibv_create_cq(device=" + name + ", cqe=" + (most + 1) + ", comp_vector=0): EINVAL: ")
        .hasMessageEndingWith("is over the device's max_cqe of " + most);
  }

  @Test
  void shouldHoldMoreCompletionsAfterResizing() {
    CompletionQueue queue = context.createCompletionQueue(10);
    assertThat(queue.capacity()).isGreaterThanOrEqualTo(10);
    queue.resize(1000);
    assertThat(queue.capacity()).isGreaterThanOrEqualTo(1000);
  }

  @Test
  void shouldSayThatNothingHappened() {
    AsyncEvent earlier = context.awaitEvent(0);
    while (earlier != null) {
      earlier = context.awaitEvent(0);
    }
    assertThat(context.awaitEvent(5)).isNull();
    context.wakeUp();
    assertThat(context.awaitEvent(Context.FOREVER)).isNull();
  }
}
