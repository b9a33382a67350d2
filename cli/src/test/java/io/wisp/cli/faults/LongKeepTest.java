// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import org.junit.jupiter.api.Tag;

/** The same more often; {@code -Dwisp.keep.kills=N} says how often, for a night of it. */
@Tag("long")
class LongKeepTest extends KeepTest {

  @Override
  int rounds() {
    return Integer.getInteger("wisp.keep.kills", 300);
  }
}
