// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.LinearReadsTest;
import io.wisp.transport.Transport;
import org.junit.jupiter.api.Tag;

@Tag("rdma")
class RdmaLinearReadsTest extends LinearReadsTest {

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(16L << 20);
  }

  @Override
  protected long gets() {
    return Long.getLong("wisp.linear.rdma.gets", 5_000);
  }
}
