// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.verbs.Gid;
import io.wisp.verbs.GidEntry;
import io.wisp.verbs.GidType;
import io.wisp.verbs.LinkLayer;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.Mtu;
import io.wisp.verbs.PortAttributes;
import io.wisp.verbs.PortState;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceAddressesTest {

  private static final GidEntry LINK_LOCAL = gid("fe80::1", 0, GidType.ROCE_V2, 2);
  private static final GidEntry IPV4_V1 = gid("10.9.0.1", 1, GidType.ROCE_V1, 2);
  private static final GidEntry IPV4 = gid("10.9.0.1", 2, GidType.ROCE_V2, 2);
  private static final GidEntry IPV6 = gid("2001:db8::1", 3, GidType.ROCE_V2, 2);
  private static final GidEntry SECOND = gid("10.9.1.1", 0, GidType.ROCE_V2, 3);

  private final Map<Integer, PortState> states = new HashMap<>();
  private final Map<Integer, List<GidEntry>> tables = new HashMap<>();

  private static GidEntry gid(String text, int index, GidType type, int interfaceIndex) {
    return new GidEntry(Gid.parse(text), index, type, interfaceIndex);
  }

  private void port(int number, GidEntry... gids) {
    states.put(number, PortState.ACTIVE);
    tables.put(number, List.of(gids));
  }

  private PortAttributes attributes(int number) {
    PortState state = states.getOrDefault(number, PortState.DOWN);
    return new PortAttributes(
        number, state, Mtu.MTU_4096, Mtu.MTU_1024, 8, 1, 1 << 30, 0, LinkLayer.ETHERNET);
  }

  private @Nullable LocalPort find(InetAddress address, @Nullable String choice) {
    return new DeviceAddresses(
            tables.size(),
            this::attributes,
            number -> tables.getOrDefault(number, List.of()),
            entry -> entry.interfaceIndex() != 99)
        .find(address, DeviceChoice.parse(choice));
  }

  private @Nullable LocalPort find(String address) {
    return find(InetAddress.ofLiteral(address), null);
  }

  private static LocalPort at(int port, GidEntry gid) {
    return new LocalPort(
        new PortAttributes(
            port,
            PortState.ACTIVE,
            Mtu.MTU_4096,
            Mtu.MTU_1024,
            8,
            1,
            1 << 30,
            0,
            LinkLayer.ETHERNET),
        gid);
  }

  @Test
  void shouldFindTheGidOfEachAddress() {
    port(1, LINK_LOCAL, IPV4_V1, IPV4, IPV6);
    assertThat(find("10.9.0.1")).isEqualTo(at(1, IPV4));
    assertThat(find("2001:db8::1")).isEqualTo(at(1, IPV6));
    assertThat(find("fe80::1")).isEqualTo(at(1, LINK_LOCAL));
    assertThat(find("10.9.0.2")).isNull();
    assertThat(find("127.0.0.1")).isNull();
  }

  @Test
  void shouldFindThePortOfAnAddress() {
    port(1, LINK_LOCAL, IPV4);
    port(2, LINK_LOCAL, SECOND);
    assertThat(find("10.9.0.1")).isEqualTo(at(1, IPV4));
    assertThat(find("10.9.1.1")).isEqualTo(at(2, SECOND));
  }

  @Test
  void shouldNotFindTheAddressOfAPortThatIsDown() {
    port(1, IPV4);
    port(2, SECOND);
    states.put(1, PortState.DOWN);
    assertThat(find("10.9.0.1")).isNull();
    assertThat(find("10.9.1.1")).isEqualTo(at(2, SECOND));
  }

  @Test
  void shouldNotFindWhatIsNoAddressOfRoceVersion2() {
    port(1, IPV4_V1, gid("10.9.0.1", 2, GidType.INFINIBAND, 0));
    assertThat(find("10.9.0.1")).isNull();
  }

  @Test
  void shouldNotFindAnAddressOfAnotherNetworkNamespace() {
    port(1, gid("10.9.0.1", 0, GidType.ROCE_V2, 99));
    assertThat(find("10.9.0.1")).isNull();
    port(1, gid("10.9.0.1", 0, GidType.ROCE_V2, 99), IPV4);
    assertThat(find("10.9.0.1")).isEqualTo(at(1, IPV4));
  }

  @Test
  void shouldTellEqualLinkLocalAddressesByTheirInterfaces() throws UnknownHostException {
    GidEntry other = gid("fe80::1", 1, GidType.ROCE_V2, 7);
    port(1, LINK_LOCAL, other);
    assertThat(find(linkLocal(7), null)).isEqualTo(at(1, other));
    assertThat(find(linkLocal(2), null)).isEqualTo(at(1, LINK_LOCAL));
    assertThat(find(linkLocal(8), null)).isNull();
  }

  private static InetAddress linkLocal(int scope) throws UnknownHostException {
    byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
    return Inet6Address.getByAddress(null, bytes, scope);
  }

  @Test
  void shouldKeepToThePortThatWasAskedFor() {
    port(1, IPV4);
    port(2, IPV4, SECOND);
    assertThat(find(IPV4.gid().toInetAddress(), "rxe0:2")).isEqualTo(at(2, IPV4));
    assertThat(find(SECOND.gid().toInetAddress(), "rxe0:1")).isNull();
    assertThat(find(SECOND.gid().toInetAddress(), "rxe0")).isEqualTo(at(2, SECOND));
  }

  @Test
  void shouldLeaveTheGidAloneThatWasAskedFor() {
    port(1, LINK_LOCAL, IPV4_V1, IPV4);
    assertThat(find(IPV4.gid().toInetAddress(), "rxe0:1:0")).isNull();
  }
}
