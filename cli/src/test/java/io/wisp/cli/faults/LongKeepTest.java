// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import org.junit.jupiter.api.Tag;

/** The same more often. */
@Tag("long")
class LongKeepTest extends KeepTest {

  /** The system property {@code wisp.keep.kills} says how often, for a night of it. */
  @Override
  int rounds() {
    return Integer.getInteger("wisp.keep.kills", 300);
  }
}
