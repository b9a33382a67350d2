// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.NetworkInterface;
import java.net.SocketException;
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
        NAME,
        port(LinkLayer.ETHERNET, 0, PortState.ACTIVE),
        wantedGid,
        () -> List.of(gids),
        entry -> true);
  }

  private static LocalPort onInfiniBand(int lid, int wantedGid, GidEntry... gids) {
    return LocalPort.choose(
        NAME,
        port(LinkLayer.INFINIBAND, lid, PortState.ACTIVE),
        wantedGid,
        () -> List.of(gids),
        entry -> true);
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
                    () -> List.of(IPV4),
                    entry -> true))
        .isInstanceOf(VerbsException.class)
        .hasMessage("port 1 of test0 is DOWN: is the link or the interface up?");
  }

  @Test
  void shouldPassOverTheGidsOfOtherNetworkNamespaces() {
    GidEntry here = gid("10.9.0.2", 5, GidType.ROCE_V2);
    PortAttributes port = port(LinkLayer.ETHERNET, 0, PortState.ACTIVE);
    assertThat(
            LocalPort.choose(
                    NAME,
                    port,
                    LocalPort.ANY,
                    () -> List.of(LINK_LOCAL_V1, IPV4, here),
                    here::equals)
                .gid())
        .isEqualTo(here);
    assertThatThrownBy(
            () ->
                LocalPort.choose(
                    NAME, port, LocalPort.ANY, () -> List.of(LINK_LOCAL_V1, IPV4), entry -> false))
        .isInstanceOf(VerbsException.class)
        .hasMessage(
            "port 1 of test0 has no GID that is an address of a network interface here, but 4:"
                + " ::ffff:10.9.0.1 (ROCE_V2): give the interface an IP address, run in its network"
                + " namespace, or name the GID by its index");
  }

  @Test
  void shouldTellTheInterfacesOfThisNamespaceByNumberAndAddress() throws SocketException {
    NetworkInterface loopback = NetworkInterface.getByName("lo");
    int here = loopback.getIndex();
    assertThat(LocalInterfaces.have(at("127.0.0.1", here))).isTrue();
    assertThat(LocalInterfaces.have(at("10.9.0.77", here))).isFalse();
    assertThat(LocalInterfaces.have(at("fe80::1", here))).isFalse();
    assertThat(LocalInterfaces.have(at("127.0.0.1", 1_000_000))).isFalse();
    assertThat(LocalInterfaces.have(at("fe80::1", 1_000_000))).isFalse();
    assertThat(LocalInterfaces.have(at("10.9.0.77", 0))).isTrue();
  }

  @Test
  void shouldKnowTheLinkLocalGidThatIsMadeOfAHardwareAddress() {
    byte[] hardware = {0x02, 0x42, (byte) 0xac, 0x11, 0x00, 0x02};
    assertThat(LocalInterfaces.isOf(Gid.parse("fe80::42:acff:fe11:2"), hardware)).isTrue();
    assertThat(LocalInterfaces.isOf(Gid.parse("fe80::42:acff:fe11:3"), hardware)).isFalse();
    assertThat(LocalInterfaces.isOf(Gid.parse("2001:db8::42:acff:fe11:2"), hardware)).isFalse();
    assertThat(LocalInterfaces.isOf(Gid.parse("fe80::42:acff:fe11:2"), new byte[20])).isFalse();
  }

  private static GidEntry at(String text, int interfaceIndex) {
    return new GidEntry(Gid.parse(text), 0, GidType.ROCE_V2, interfaceIndex);
  }

  @Test
  void shouldGoOnToThePortThatHasAnAddress() {
    assertThat(chooseFirst(3, 3).number()).isEqualTo(3);
    assertThat(chooseFirst(3, 2).number()).isEqualTo(2);
    assertThatThrownBy(() -> chooseFirst(3, 1))
        .isInstanceOf(VerbsException.class)
        .hasMessage("port 2 has none; port 3 has none");
    assertThatThrownBy(() -> chooseFirst(1, 1))
        .isInstanceOf(VerbsException.class)
        .hasMessage("no port of test0 is active: is the link or the interface up?");
  }

  @Test
  void shouldNotAskForPortsBehindTheOneThatItTakes() {
    assertThat(chooseFirst(4, 2).number()).isEqualTo(2);
    assertThatThrownBy(() -> chooseFirst(4, 9))
        .isInstanceOf(VerbsException.class)
        .hasMessage("port 2 has none; port 3 has none; port 4 cannot be asked");
  }

  private static PortAttributes numbered(int number, PortState state) {
    return new PortAttributes(
        number, state, Mtu.MTU_4096, Mtu.MTU_1024, 8, 1, 1 << 30, 0, LinkLayer.ETHERNET);
  }

  /** Of ports of which the first is down, and the fourth cannot be asked. */
  private static LocalPort chooseFirst(int ports, int withAddress) {
    return LocalPort.chooseFirst(
        "test0",
        ports,
        number -> {
          if (number == 4) {
            throw new VerbsException("port 4 cannot be asked");
          }
          return numbered(number, number == 1 ? PortState.DOWN : PortState.ACTIVE);
        },
        port -> {
          if (port.number() != withAddress) {
            throw new VerbsException("port " + port.number() + " has none");
          }
          return new LocalPort(port, IPV4);
        });
  }
}
