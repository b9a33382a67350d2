// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibraryTest {

  @Test
  void shouldSayThatTheLibraryIsMissing() {
    assertThat(Library.find("Linux", "libibverbs.so.99").problem())
        .contains(
            "libibverbs.so.99 was not found: install it (Debian and Ubuntu: apt install"
                + " libibverbs1 ibverbs-providers; Fedora: dnf install libibverbs)");
  }

  @Test
  void shouldSayThatAnotherLibraryHasNotTheFunctionsThatAreNeeded() {
    assertThat(Library.find("Linux", "libc.so.6").problem())
        .contains(
            "libc.so.6 is too old: it has no function _ibv_query_gid_table; install rdma-core 32"
                + " or later");
  }

  @Test
  void shouldNotLookForTheLibraryOnOtherSystems() {
    assertThat(Library.find("Mac OS X", Library.SONAME).problem())
        .contains("RDMA needs libibverbs on a 64-bit Linux, and this is Mac OS X");
  }
}
