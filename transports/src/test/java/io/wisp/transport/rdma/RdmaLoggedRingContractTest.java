// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Adversity;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.LoggedRingContractTest;
import io.wisp.transport.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Tag("rdma")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaLoggedRingContractTest extends LoggedRingContractTest {

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Adversity adversity() {
    return new RdmaAdversity();
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(RdmaRingContractTest.TIMEOUT);
  }
}
