package io.wisp.transport.rdma;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/** Everything by the rings, over a store whose table nobody can read. */
@Tag("rdma")
class RdmaRingContractTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Set<Requirement> missing() {
    return EnumSet.of(Requirement.SOCKET);
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withGetPath(GetPath.RING);
  }

  @Override
  protected List<byte[]> garbage() {
    return List.of();
  }
}
