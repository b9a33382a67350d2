package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/** Gets by reading the table. */
@Tag("rdma")
class RdmaOneSidedContractTest extends TransportContractTest {

  private static final long CAPACITY = 160L << 20;

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(CuckooStore.Options.ofCapacity(CAPACITY));
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
