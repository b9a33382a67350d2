// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.verbs.Gid;
import io.wisp.verbs.Mtu;
import io.wisp.verbs.QueuePairAddress;
import org.junit.jupiter.api.Test;

class LinkAddressTest {

  @Test
  void shouldComeOutOfTextAsItWentIn() {
    LinkAddress address =
        new LinkAddress(
            new QueuePairAddress(17, 0xABCDEF, 3, Gid.parse("::ffff:10.9.0.1"), Mtu.MTU_1024),
            0x7F00_0000_1000L,
            0xFFFF_8000_0000_2000L,
            -2);

    assertThat(LinkAddress.parse(address.text())).isEqualTo(address);
  }
}
