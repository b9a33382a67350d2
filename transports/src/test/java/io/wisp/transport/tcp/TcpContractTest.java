// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HookedStore;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.TcpClient;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TcpContractTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new TcpTransport();
  }

  @Override
  protected Map<Requirement, String> missing() {
    return Map.of(Requirement.VERSIONS, "Redis' protocol does not tell them");
  }

  @Test
  void shouldSayThatItCannotRequireVersions() {
    Client client = connect(serve());
    WriteBatch batch = new WriteBatch();
    batch.put(slice("key"), slice("value"), Store.NEVER, WriteCondition.IF_VERSION, 1);
    for (Runnable call :
        List.<Runnable>of(() -> client.writeAll(batch), () -> client.submitWriteAll(batch))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("has no versions, so over tcp");
    }
    batch.clear();
    batch.put(slice("key"), slice("value"), Store.NEVER, WriteCondition.IF_ABSENT, 0);
    assertThatThrownBy(() -> client.submitWriteAll(batch))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("writeAll can do it");
    assertThat(client.outstanding()).isZero();
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
  }

  /** What was watched for a batch must not stay so, or it would hinder the next one. */
  @Test
  void shouldWatchNothingAnyMoreAfterABatchThatWasRefused() {
    Client client = connect(serve());
    WriteBatch batch = new WriteBatch();
    batch.put(slice("key"), slice("value"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    assertThat(client.writeAll(batch)).isEqualTo(Status.CONFLICT);
    store.put(slice("key"), slice("of somebody else"));
    WriteBatch other = new WriteBatch();
    other.put(slice("other"), slice("value"));
    assertThat(client.writeAll(other)).isEqualTo(Status.DONE);
  }

  private static Slice closedMemory() {
    Slice slice = new Slice();
    try (Arena arena = Arena.ofConfined()) {
      slice.set(arena.allocate(100_000), 0, 100_000);
    }
    return slice;
  }

  /** Half a request that stays would be sent with the next one. */
  @Test
  void shouldSendNothingOfARequestThatCannotBeRead() {
    Client client = connect(serve());
    Slice unreadable = closedMemory();
    WriteBatch batch = new WriteBatch();
    batch.put(slice("first"), slice("value"));
    batch.put(slice("second"), unreadable);
    Slice shortKey = new Slice();
    WriteBatch conditional = new WriteBatch();
    try (Arena arena = Arena.ofConfined()) {
      shortKey.set(arena.allocate(10), 0, 10);
      conditional.require(slice("first"), WriteCondition.IF_ABSENT, 0);
      conditional.require(shortKey, WriteCondition.IF_ABSENT, 0);
    }
    for (Runnable call :
        List.<Runnable>of(
            () -> client.put(slice("key"), unreadable),
            () -> client.put(slice("key"), unreadable, 1_000_000),
            () -> client.delete(shortKey),
            () -> client.contains(shortKey),
            () -> client.add(shortKey, 1, _ -> {}),
            () -> client.writeAll(batch),
            () -> client.writeAll(conditional),
            () -> client.submitPut(slice("key"), unreadable),
            () -> client.submitWriteAll(batch))) {
      assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class);
      assertThat(client.put(slice("other"), slice("value"))).isEqualTo(Status.STORED);
      assertThat(store.size()).isEqualTo(1);
      assertThat(client.delete(slice("other"))).isEqualTo(Status.DELETED);
    }
  }

  @Test
  void shouldWatchNothingAnyMoreAfterABatchThatCannotBeRead() {
    Client client = connect(serve());
    WriteBatch batch = new WriteBatch();
    batch.put(slice("key"), closedMemory(), Store.NEVER, WriteCondition.IF_ABSENT, 0);
    assertThatThrownBy(() -> client.writeAll(batch)).isInstanceOf(IllegalStateException.class);
    store.put(slice("key"), slice("of somebody else"));
    WriteBatch other = new WriteBatch();
    other.put(slice("other"), slice("value"));
    assertThat(client.writeAll(other)).isEqualTo(Status.DONE);
  }

  @Test
  void shouldLookAgainIfSomebodyWritesAWatchedKey() {
    List<Store> served = new ArrayList<>();
    AtomicInteger gets = new AtomicInteger();
    // The first two gets are of WATCH, and each attempt to carry out has more.
    served.add(
        HookedStore.onGet(
            () -> {
              if (gets.incrementAndGet() == 2) {
                served.getFirst().put(slice("a"), slice("of somebody else"));
              }
            }));
    served.getFirst().put(slice("a"), slice("old"));
    served.getFirst().put(slice("b"), slice("old"));
    Client client = connect(serve(served.getFirst(), serverOptions()));
    WriteBatch batch = new WriteBatch();
    batch.put(slice("a"), slice("new"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    batch.put(slice("b"), slice("new"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(gets).as("gets of two attempts").hasValueGreaterThanOrEqualTo(6);
    assertThat(client.get("a".getBytes(UTF_8))).asString(UTF_8).isEqualTo("new");
  }

  @Test
  void shouldGoOnAfterABatchThatOthersKeptFromBeingWritten() {
    List<Store> served = new ArrayList<>();
    // Time passes by their writes alone: so it is they who take it up.
    AtomicLong nanos = new AtomicLong();
    served.add(
        HookedStore.onGet(
            () -> {
              nanos.addAndGet(Duration.ofMillis(10).toNanos());
              served.getFirst().put(slice("a"), slice("of others"));
            }));
    served.getFirst().put(slice("a"), slice("old"));
    ClientOptions options = ClientOptions.defaults().withTimeout(Duration.ofMillis(500));
    Endpoint endpoint = serve(served.getFirst(), serverOptions()).endpoint();
    Client client = closedAfterwards(TcpClient.connect(endpoint, options, nanos::get));
    WriteBatch batch = new WriteBatch();
    batch.put(slice("a"), slice("new"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    assertThatThrownBy(() -> client.writeAll(batch))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessageContaining("for 500 ms others have written keys of the batch");
    assertThat(client.get("a".getBytes(UTF_8))).asString(UTF_8).isEqualTo("of others");
  }

  @Override
  protected List<byte[]> garbage() {
    return Stream.of(
            "*1\r\nPING\r\n",
            "*x\r\n",
            "*-\r\n",
            "*99999999999\r\n",
            "*2\r\n$3\r\nGET\r\n$-5\r\n",
            "*2\r\n$3\r\nGET\r\n$999999999\r\n",
            "*2\r\n$3\r\nGET\r\n$1\r\nab",
            "*2\r\n$3\r\nGET\r\n:1\r\n",
            "SET key \"never closed\r\n",
            "x".repeat(70_000),
            "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET key value\r\n")
        .map(text -> text.getBytes(UTF_8))
        .toList();
  }
}
