// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.linearizability;

import io.wisp.store.cuckoo.CuckooStore;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The same over RDMA. */
@Tag("rdma")
class RdmaLinearizabilityTest extends WireLinearizabilityTest {

  @Override
  List<String> transports() {
    return List.of("rdma");
  }

  @Override
  CuckooStore open(CuckooStore.Options options) {
    return CuckooStore.open(options);
  }

  @Override
  int rounds() {
    return 8;
  }
}
