// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.transport.HeldLog;
import io.wisp.transport.ServerOptions;
import java.time.Duration;

/** Readers by leases, while the log carries the writes out. */
class RdmaLeasedLinearReadsTest extends RdmaLinearReadsTest {

  @Override
  protected ServerOptions serving(Store served, ServerOptions options) {
    HeldLog log = closedAfterwards(new HeldLog(served));
    return options.withWriteLog(log.leasingTable(Duration.ofMillis(200).toNanos()));
  }
}
