// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.HeldLog;
import io.wisp.transport.LinearReadsTest;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import java.time.Duration;

/** Readers by leases, while the log carries the writes out. */
class ShmLeasedLinearReadsTest extends LinearReadsTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Store newStore() {
    return OneSidedServer.openTable(CuckooStore.Options.ofCapacity(16L << 20));
  }

  @Override
  protected ServerOptions serving(Store served, ServerOptions options) {
    HeldLog log = closedAfterwards(new HeldLog(served));
    return options.withWriteLog(log.leasingTable(Duration.ofMillis(200).toNanos()));
  }

  @Override
  protected long gets() {
    return super.gets() / 4;
  }
}
