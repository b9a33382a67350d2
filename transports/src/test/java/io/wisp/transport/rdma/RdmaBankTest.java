// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.BankTest;
import io.wisp.transport.Transport;
import org.junit.jupiter.api.Tag;

@Tag("rdma")
class RdmaBankTest extends BankTest {

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(1 << 20);
  }

  @Override
  protected long least() {
    return 20;
  }
}
