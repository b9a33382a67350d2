// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import org.junit.jupiter.api.Tag;

/** The same tests, each for most of a minute. */
@Tag("long")
class RemoteLookupLongConcurrencyTest extends RemoteLookupConcurrencyTest {

  @Override
  long seconds() {
    return 20_000;
  }
}
