// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Adversity;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.HeldLog;
import io.wisp.transport.LoggedRingContractTest;
import io.wisp.transport.Transport;
import java.time.Duration;
import java.util.Map;

/** Gets by reading the table of a server that logs its writes, by leases that end now and then. */
class ShmLeasedContractTest extends LoggedRingContractTest {

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
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.ONE_SIDED);
  }

  @Override
  protected HeldLog newLog(Store served) {
    return super.newLog(served).leasingTable(Duration.ofMillis(5).toNanos());
  }

  @Override
  protected Store newStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(48L << 20));
  }

  @Override
  protected Store newLargeStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(288L << 20));
  }

  @Override
  protected boolean serverSeesGets() {
    return false;
  }
}
