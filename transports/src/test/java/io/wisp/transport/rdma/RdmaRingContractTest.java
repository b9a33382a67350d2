// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Adversity;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.RingContractTest;
import io.wisp.transport.Transport;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Tag("rdma")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaRingContractTest extends RingContractTest {

  /** Where the device is emulated, 64 MiB take over 10 s even on an idle machine. */
  static final Duration TIMEOUT = Duration.ofMinutes(2);

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
    return super.clientOptions().withTimeout(TIMEOUT);
  }
}
