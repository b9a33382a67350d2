// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GidTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::ffff:10.9.0.1",
        "fe80:0:0:0:8c8f:84ff:fe1f:b35a",
        "2001:db8:0:0:0:0:0:1",
        "0:0:0:0:0:0:0:0"
      })
  void shouldReadTheTextThatItWrites(String text) {
    assertThat(Gid.parse(text).toString()).isEqualTo(text);
  }

  @Test
  void shouldReadOtherFormsOfAddresses() {
    assertThat(Gid.parse("10.9.0.1")).isEqualTo(Gid.parse("::ffff:10.9.0.1"));
    assertThat(Gid.parse("fe80::1")).isEqualTo(new Gid(0xFE80_0000_0000_0000L, 1));
  }

  @Test
  void shouldRefuseWhatIsNoAddress() {
    assertThatThrownBy(() -> Gid.parse("rxe0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a GID: rxe0");
  }

  @Test
  void shouldTellKindsOfAddressesApart() {
    assertThat(Gid.parse("10.9.0.1").isIpv4()).isTrue();
    assertThat(Gid.parse("10.9.0.1").isLinkLocal()).isFalse();
    assertThat(Gid.parse("fe80::1").isLinkLocal()).isTrue();
    assertThat(Gid.parse("febf::1").isLinkLocal()).isTrue();
    assertThat(Gid.parse("fec0::1").isLinkLocal()).isFalse();
    assertThat(Gid.parse("2001:db8::1").isIpv4()).isFalse();
    assertThat(Gid.parse("2001:db8::1").isLinkLocal()).isFalse();
    assertThat(Gid.parse("10.9.0.1").toInetAddress().getHostAddress()).isEqualTo("10.9.0.1");
  }

  @Test
  void shouldStandInMemoryInNetworkOrder() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(20);
      Gid gid = Gid.parse("10.9.0.1");
      gid.write(memory, 4);
      assertThat(memory.asSlice(14, 6).toArray(ValueLayout.JAVA_BYTE))
          .containsExactly(0xFF, 0xFF, 10, 9, 0, 1);
      assertThat(Gid.read(memory, 4)).isEqualTo(gid);
    }
  }
}
