// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LocalPortTest {

  private static final String NAME = "port 1 of test0";
  private static final GidEntry LINK_LOCAL_V1 = gid("fe80::1", 0, GidType.ROCE_V1);
  private static final GidEntry LINK_LOCAL = gid("fe80::1", 1, GidType.ROCE_V2);
  private static final GidEntry IPV6 = gid("2001:db8::1", 2, GidType.ROCE_V2);
  private static final GidEntry IPV4_V1 = gid("10.9.0.1", 3, GidType.ROCE_V1);
  private static final GidEntry IPV4 = gid("10.9.0.1", 4, GidType.ROCE_V2);

  private static GidEntry gid(String text, int index, GidType type) {
    return new GidEntry(Gid.parse(text), index, type, 0);
  }

  private static PortAttributes port(LinkLayer layer, int lid, PortState state) {
    return new PortAttributes(1, state, Mtu.MTU_4096, Mtu.MTU_1024, 8, 1, 1 << 30, lid, layer);
  }

  private static LocalPort onEthernet(int wantedGid, GidEntry... gids) {
    return LocalPort.choose(
        NAME, port(LinkLayer.ETHERNET, 0, PortState.ACTIVE), wantedGid, () -> List.of(gids));
  }

  private static LocalPort onInfiniBand(int lid, int wantedGid, GidEntry... gids) {
    return LocalPort.choose(
        NAME, port(LinkLayer.INFINIBAND, lid, PortState.ACTIVE), wantedGid, () -> List.of(gids));
  }

  @Test
  void shouldChooseTheGidOfRoceVersion2ForIpv4() {
    assertThat(onEthernet(LocalPort.ANY, LINK_LOCAL_V1, LINK_LOCAL, IPV6, IPV4_V1, IPV4).gid())
        .isEqualTo(IPV4);
  }

  @Test
  void shouldPreferRoutableOverLinkLocal() {
    assertThat(onEthernet(LocalPort.ANY, LINK_LOCAL, IPV6).gid()).isEqualTo(IPV6);
    assertThat(onEthernet(LocalPort.ANY, LINK_LOCAL_V1, LINK_LOCAL).gid()).isEqualTo(LINK_LOCAL);
  }

  @Test
  void shouldTakeTheGidThatWasAskedFor() {
    assertThat(onEthernet(0, LINK_LOCAL_V1, LINK_LOCAL, IPV4).gid()).isEqualTo(LINK_LOCAL_V1);
  }

  @Test
  void shouldSayThatThereIsNoGidOfRoceVersion2() {
    assertThatThrownBy(() -> onEthernet(LocalPort.ANY, LINK_LOCAL_V1))
        .isInstanceOf(VerbsException.class)
        .hasMessage(
            "port 1 of test0 has no GID of type ROCE_V2; it has 0: fe80:0:0:0:0:0:0:1 (ROCE_V1):"
                + " give its network interface an IP address");
  }

  @Test
  void shouldSayThatThereIsNoGidAtAnIndex() {
    assertThatThrownBy(() -> onEthernet(7))
        .isInstanceOf(VerbsException.class)
        .hasMessage("port 1 of test0 has no GID at index 7; it has none");
  }

  @Test
  void shouldAddressInfiniBandByLid() {
    LocalPort port = onInfiniBand(12, LocalPort.ANY);
    assertThat(port.gid()).isNull();
    assertThat(port.gidOrNone()).isEqualTo(Gid.NONE);
    assertThat(port.attributes().lid()).isEqualTo(12);
  }

  @Test
  void shouldUseAGidOnInfiniBandIfAskedOrIfThereIsNoLid() {
    GidEntry first = gid("fe80::1", 0, GidType.INFINIBAND);
    assertThat(onInfiniBand(12, 0, first).gid()).isEqualTo(first);
    assertThat(onInfiniBand(0, LocalPort.ANY, first).gid()).isEqualTo(first);
  }

  @Test
  void shouldRefuseAPortThatIsDown() {
    assertThatThrownBy(
            () ->
                LocalPort.choose(
                    NAME,
                    port(LinkLayer.ETHERNET, 0, PortState.DOWN),
                    LocalPort.ANY,
                    () -> List.of(IPV4)))
        .isInstanceOf(VerbsException.class)
        .hasMessage("port 1 of test0 is DOWN: is the link or the interface up?");
  }
}
