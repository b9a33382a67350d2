// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import org.junit.jupiter.api.Tag;

/** The same for some minutes. */
@Tag("long")
class StoreLongLinearizabilityTest extends StoreLinearizabilityTest {

  @Override
  int rounds() {
    return 2_000;
  }
}
