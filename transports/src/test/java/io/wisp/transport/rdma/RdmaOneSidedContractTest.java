// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Adversity;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.OneSidedContractTest;
import io.wisp.transport.Transport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Each of its tests registers a large table, which takes long in an emulated machine. */
@Tag("rdma")
@Tag("long")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaOneSidedContractTest extends OneSidedContractTest {

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Adversity adversity() {
    return new RdmaAdversity();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(CuckooStore.Options.ofCapacity(32L << 20));
  }

  @Override
  protected Store newLargeStore() {
    return CuckooStore.open(CuckooStore.Options.ofCapacity(160L << 20));
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(RdmaRingContractTest.TIMEOUT);
  }
}
