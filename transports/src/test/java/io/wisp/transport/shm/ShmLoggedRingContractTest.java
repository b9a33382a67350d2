// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.Adversity;
import io.wisp.transport.LoggedRingContractTest;
import io.wisp.transport.Transport;

class ShmLoggedRingContractTest extends LoggedRingContractTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Adversity adversity() {
    return new ShmAdversity();
  }
}
