// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class GlobalRoutingHeaderTest {

  @Test
  void shouldReadAHeaderOfIpv6() {
    ByteBuffer header = ByteBuffer.allocate(GlobalRoutingHeader.BYTES);
    header.putInt(0x6000_0000).putInt(0);
    header.putLong(0x2001_0DB8_0000_0000L).putLong(1);
    header.putLong(0x2001_0DB8_0000_0000L).putLong(2);
    MemorySegment memory = MemorySegment.ofArray(header.array());
    assertThat(GlobalRoutingHeader.isIpv4(memory, 0)).isFalse();
    assertThat(GlobalRoutingHeader.source(memory, 0)).isEqualTo(Gid.parse("2001:db8::1"));
    assertThat(GlobalRoutingHeader.destination(memory, 0)).isEqualTo(Gid.parse("2001:db8::2"));
  }

  @Test
  void shouldReadAHeaderOfIpv4() {
    ByteBuffer header = ByteBuffer.allocate(5 + GlobalRoutingHeader.BYTES);
    header.position(5 + 20).putInt(0x4500_0020).putInt(0).putInt(0);
    header.putInt(0x0A09_0001).putInt(0x0A09_0002);
    MemorySegment memory = MemorySegment.ofArray(header.array());
    assertThat(GlobalRoutingHeader.isIpv4(memory, 5)).isTrue();
    assertThat(GlobalRoutingHeader.source(memory, 5)).isEqualTo(Gid.parse("10.9.0.1"));
    assertThat(GlobalRoutingHeader.destination(memory, 5)).isEqualTo(Gid.parse("10.9.0.2"));
  }
}
