// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Status;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.HeldLog;
import io.wisp.transport.LoggedRingTest;
import io.wisp.transport.Overridden;
import io.wisp.transport.Server;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** Where a client looks whether its server is still there: in memory, or at the socket. */
  enum Place {
    MEMORY,
    SOCKET
  }

  /** It answers and ends when the client has looked for the reply, and not for the server yet. */
  @ParameterizedTest
  @CsvSource({"MEMORY, false", "SOCKET, false", "MEMORY, true", "SOCKET, true"})
  void shouldTakeAReplyThatCameJustBeforeTheServersEnd(Place place, boolean waits)
      throws Exception {
    HeldLog log = closedAfterwards(new HeldLog(store));
    Server server = serve(serverOptions().withWriteLog(log));
    AtomicReference<@Nullable Place> endsAt = new AtomicReference<>();
    Consumer<Place> onLook =
        at -> {
          if (endsAt.compareAndSet(at, null)) {
            log.letGo();
            server.close();
          }
        };
    // The socket is looked at behind the clock, and not often.
    AtomicLong nanos = new AtomicLong();
    Client client =
        closedAfterwards(
            new ShmTransport()
                .connect(
                    server.endpoint(),
                    clientOptions(),
                    fabric -> lookedAt(fabric, () -> onLook.accept(Place.MEMORY)),
                    () -> {
                      onLook.accept(Place.SOCKET);
                      return nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
                    }));
    log.hold();
    client.submitPut(slice("a"), slice("1"));
    client.flush();
    Eventually.await(log::isHolding);
    endsAt.set(place);
    Eventually.await(() -> waits || client.isReplyReady());
    assertThat(client.complete(value)).isEqualTo(Status.CREATED);
    assertThat(endsAt.get()).isNull();
    assertThatThrownBy(client::isReplyReady)
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("broke");
  }

  /** A fabric that says when it is asked whether the server is there, and not behind news. */
  private static ClientFabric lookedAt(ClientFabric fabric, Runnable onLook) {
    AtomicBoolean hadNews = new AtomicBoolean();
    return Overridden.in(
        ClientFabric.class,
        fabric,
        Map.of(
            "port",
            original -> lookedAt(fabric.port(), hadNews),
            "connect",
            original -> {
              RemoteMemory memory = (RemoteMemory) Objects.requireNonNull(original.call());
              return lookedAt(memory, () -> !hadNews.get(), onLook);
            }));
  }

  private static Port lookedAt(Port port, AtomicBoolean hadNews) {
    return Overridden.in(
        Port.class,
        port,
        Map.of(
            "poll",
            original -> {
              hadNews.set(port.poll());
              return hadNews.get();
            }));
  }

  private static RemoteMemory lookedAt(
      RemoteMemory memory, BooleanSupplier counts, Runnable onLook) {
    return Overridden.in(
        RemoteMemory.class,
        memory,
        Map.of(
            "broken",
            original -> {
              if (counts.getAsBoolean()) {
                onLook.run();
              }
              return original.call();
            }));
  }
}
