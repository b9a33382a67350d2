// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class PagesTest {

  /** The compactor waits for them to be free, and would wait for ever. */
  @Test
  void shouldGiveTheIndexNoPageThatIsClosed() {
    BitSet free = new BitSet();
    free.set(1, 64);
    Pages pages = new Pages(64, free, 16);
    assertThat(pages.close(1, 10)).isTrue();
    assertThat(pages.claimOpen(1)).isFalse();
    assertThat(pages.claimOpen(10)).isTrue();
    assertThat(pages.claim(1, 10)).isTrue();
    pages.release(1, 9);
    pages.open();
    assertThat(pages.claimOpen(1)).isTrue();
    assertThat(pages.claimOpen(1)).isFalse();
  }
}
