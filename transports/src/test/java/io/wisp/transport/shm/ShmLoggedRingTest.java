// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Status;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.HeldLog;
import io.wisp.transport.LoggedRingTest;
import io.wisp.transport.Server;
import io.wisp.transport.Transport;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShmLoggedRingTest extends LoggedRingTest {

  @Override
  protected Transport transport() {
    return new ShmTransport();
  }

  @ParameterizedTest
  @EnumSource(GetPath.class)
  void shouldLetNobodyReadTheTableWithoutAsking(GetPath path) throws IOException {
    CuckooStore table =
        closedAfterwards(SharedTable.open(CuckooStore.Options.ofCapacity(16L << 20)));
    HeldLog log = closedAfterwards(new HeldLog(table));
    Server server = serve(table, serverOptions().withWriteLog(log));
    assertThat(server.description()).contains("requests only");
    assertThat(OneSidedServer.files(server.endpoint().port())).doesNotContain("table");
    Client client = connect(server.endpoint(), clientOptions().withGetPath(path));
    assertThat(client.put(slice("key"), slice("value"))).isEqualTo(Status.CREATED);
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
    assertThat(server.statistics().requests()).isEqualTo(2);
  }
}
