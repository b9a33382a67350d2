// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import io.wisp.transport.SideBySide;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmManyClientsTest {

  private static final int CLIENTS = 256;
  private static final int THREADS = 4;

  @ParameterizedTest
  @CsvSource({"RING, 1", "ONE_SIDED, 2"})
  void shouldServeManyClientsThatAreConnectedAtOnce(GetPath path, int serverThreads)
      throws Exception {
    try (OneSidedServer server =
        OneSidedServer.open(options -> options.withThreads(serverThreads))) {
      List<String> files = server.files();
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(server.connect(Patient.options().withGetPath(path).withMaxOutstanding(8)));
      }
      assertThat(server.server().statistics().connections()).isEqualTo(CLIENTS);
      SideBySide.run(THREADS, first -> use(clients, first));
      // Every other goes; those who come instead find their places.
      for (int i = 0; i < CLIENTS; i += 2) {
        clients.get(i).close();
        clients.set(i, server.connect(Patient.options().withGetPath(path)));
      }
      use(clients, 0);
      for (Client each : clients) {
        each.close();
      }
      Eventually.await(() -> server.server().statistics().connections() == 0);
      Eventually.await(() -> server.files().equals(files));
      assertThat(server.server().statistics().accepted()).isEqualTo(CLIENTS + CLIENTS / 2);
    }
  }

  private static void use(List<Client> clients, int first) {
    try (ValueBuffer value = new ValueBuffer()) {
      for (int round = 0; round < 5; round++) {
        for (int i = first; i < CLIENTS; i += THREADS) {
          Client client = clients.get(i);
          Slice key = Slice.of("key" + i);
          client.submitPut(key, Slice.of("value" + i + " of round " + round));
          client.submitGet(key);
          client.flush();
        }
        for (int i = first; i < CLIENTS; i += THREADS) {
          Client client = clients.get(i);
          assertThat(client.complete(value)).isIn(Status.CREATED, Status.REPLACED);
          assertThat(client.complete(value)).isEqualTo(Status.FOUND);
          assertThat(value.toByteArray()).asString().isEqualTo("value" + i + " of round " + round);
          assertThat(client.get(Slice.of("key" + i), value)).isEqualTo(Status.FOUND);
          assertThat(value.toByteArray()).asString().isEqualTo("value" + i + " of round " + round);
        }
      }
    }
  }
}
