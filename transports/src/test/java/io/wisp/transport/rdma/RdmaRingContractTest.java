// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Everything by the rings, over a store whose table nobody can read. */
@Tag("rdma")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaRingContractTest extends TransportContractTest {

  /** Where the device is emulated, 64 MiB take over 10 s even on an idle machine. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.of(Requirement.SOCKET);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(PATIENCE).withGetPath(GetPath.RING);
  }

  @Override
  protected List<byte[]> garbage() {
    return List.of();
  }
}
