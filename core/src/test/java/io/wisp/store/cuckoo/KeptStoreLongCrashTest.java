// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import org.junit.jupiter.api.Tag;

/** The same more often; {@code -Dwisp.keep.rounds=N} says how often. */
@Tag("long")
class KeptStoreLongCrashTest extends KeptStoreCrashTest {

  @Override
  int rounds() {
    return Integer.getInteger("wisp.keep.rounds", 500);
  }
}
