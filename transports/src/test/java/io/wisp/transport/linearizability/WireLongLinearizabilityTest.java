// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import org.junit.jupiter.api.Tag;

/** The same for some minutes. */
@Tag("long")
class WireLongLinearizabilityTest extends WireLinearizabilityTest {

  @Override
  int rounds() {
    return 300;
  }
}
