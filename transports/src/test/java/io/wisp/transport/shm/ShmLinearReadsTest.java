// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.LinearReadsTest;
import io.wisp.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;

class ShmLinearReadsTest extends LinearReadsTest {

  private static final long CAPACITY = 16L << 20;

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @Override
  protected Store newStore() {
    try {
      return SharedTable.open(CuckooStore.Options.ofCapacity(CAPACITY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
