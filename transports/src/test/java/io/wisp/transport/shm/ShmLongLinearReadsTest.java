// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import org.junit.jupiter.api.Tag;

/** The same with four times as many gets. */
@Tag("long")
class ShmLongLinearReadsTest extends ShmLinearReadsTest {

  @Override
  protected long gets() {
    return 4 * super.gets();
  }
}
