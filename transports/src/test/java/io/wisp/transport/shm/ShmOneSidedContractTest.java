// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Gets by reading the table. */
class ShmOneSidedContractTest extends TransportContractTest {

  private static final long CAPACITY = 288L << 20;

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

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.of(Requirement.SOCKET);
  }

  @Override
  protected boolean serverSeesGets() {
    return false;
  }

  @Override
  protected List<byte[]> garbage() {
    return List.of();
  }
}
