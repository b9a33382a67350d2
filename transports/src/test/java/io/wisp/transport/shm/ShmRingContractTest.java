// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Everything by the rings, over a store whose table nobody can read. */
class ShmRingContractTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.of(Requirement.SOCKET);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.RING);
  }

  @Override
  protected List<byte[]> garbage() {
    return List.of();
  }
}
