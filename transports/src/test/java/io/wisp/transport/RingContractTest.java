// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.EnumSet;
import java.util.Set;

/** Everything by the rings, over a store whose table nobody can read. */
public abstract class RingContractTest extends TransportContractTest {

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.of(Requirement.SOCKET);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.RING);
  }
}
