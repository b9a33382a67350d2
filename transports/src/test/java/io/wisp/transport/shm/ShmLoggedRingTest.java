// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.LoggedRingTest;
import io.wisp.transport.Transport;

class ShmLoggedRingTest extends LoggedRingTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }
}
