// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import org.junit.jupiter.api.Tag;

/** The same more often. */
@Tag("long")
class LongStopAndKillTest extends StopAndKillTest {

  @Override
  int rounds() {
    return 30;
  }
}
