// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import org.junit.jupiter.api.Tag;

/** The same tests, each for a minute or more. */
@Tag("long")
class CuckooStoreLongConcurrencyTest extends CuckooStoreConcurrencyTest {

  @Override
  long seconds() {
    return 20_000;
  }
}
