// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import org.junit.jupiter.api.Tag;

/** The same more often. */
@Tag("long")
class KeptStoreLongCrashTest extends KeptStoreCrashTest {

  @Override
  int rounds() {
    return 500;
  }
}
