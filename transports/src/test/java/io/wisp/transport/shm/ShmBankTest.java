// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.BankTest;
import io.wisp.transport.Transport;

class ShmBankTest extends BankTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  /** So small that compaction moves what is read. */
  @Override
  protected Store newStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(1 << 20));
  }
}
