// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Adversity;
import io.wisp.transport.OneSidedContractTest;
import io.wisp.transport.Transport;
import java.util.Map;

class ShmOneSidedContractTest extends OneSidedContractTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Adversity adversity() {
    return new ShmAdversity();
  }

  @Override
  protected Map<Requirement, String> missing() {
    return Map.of(Requirement.ANSWERED_GET, ShmAdversity.READS_MEMORY);
  }

  @Override
  protected Store newStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(32L << 20));
  }

  @Override
  protected Store newLargeStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(288L << 20));
  }
}
