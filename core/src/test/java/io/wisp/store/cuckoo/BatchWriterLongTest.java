// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import org.junit.jupiter.api.Tag;

/** The same tests, each for a minute or less. */
@Tag("long")
class BatchWriterLongTest extends BatchWriterTest {

  @Override
  long seconds() {
    return 10_000;
  }
}
