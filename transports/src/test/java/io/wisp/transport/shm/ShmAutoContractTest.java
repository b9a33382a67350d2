// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.AutoContractTest;
import io.wisp.transport.Transport;

class ShmAutoContractTest extends AutoContractTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Store newStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(288L << 20));
  }
}
