// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a batch at servers that carry out no transactions, or not as Redis does. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TornBatchTest {

  private static final String UNKNOWN = "-ERR unknown command 'it'";

  private final ScriptedServer server = new ScriptedServer();
  private final Client client =
      new TcpTransport()
          .connect(server.endpoint(), ClientOptions.defaults().withTimeout(Duration.ofSeconds(20)));
  private final ValueBuffer value = new ValueBuffer();
  private final WriteBatch batch = new WriteBatch();

  TornBatchTest() throws IOException {
    batch.put(Slice.of("a"), Slice.of("new"));
    batch.put(Slice.of("b"), Slice.of("new"));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    value.close();
    server.close();
  }

  private void prove() {
    assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    server.stored().clear();
  }

  private void assertGoesOn() {
    assertThat(client.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.STORED);
    assertThat(server.stored()).containsOnlyKeys("key");
  }

  private void assertGivenUp() {
    assertThatThrownBy(() -> client.put(Slice.of("key"), Slice.of("value")))
        .isInstanceOf(TransportException.class);
    assertThat(server.stored()).doesNotContainKey("key");
  }

  @Test
  void shouldDoNothingAtAServerThatKnowsNoMulti() {
    server.answer("MULTI", UNKNOWN);
    assertThat(client.writeAll(batch)).isEqualTo(Status.UNKNOWN_OPERATION);
    assertThat(client.writeAll(batch)).isEqualTo(Status.UNKNOWN_OPERATION);
    assertGoesOn();
  }

  @Test
  void shouldSayWhyAServerRefusesMulti() {
    server.answer("MULTI", "-NOPERM this user has no permissions to run the 'multi' command");
    assertThatThrownBy(() -> client.writeAll(batch))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no permissions to run the 'multi' command");
    assertGoesOn();
  }

  @ParameterizedTest
  @CsvSource({"false, UNKNOWN_OPERATION", "true, DONE"})
  void shouldFindOutAboutTransactionsBehindWhatIsOutstanding(boolean knows, Status status) {
    if (!knows) {
      server.answer("MULTI", UNKNOWN);
    }
    String longValue = "x".repeat(200_000);
    client.put(Slice.of("long"), Slice.of(longValue));
    client.submitGet(Slice.of("long"));
    client.submitPut(Slice.of("a"), Slice.of("old"));
    client.submitGet(Slice.of(""));
    client.submitGet(Slice.of("a"));
    client.submitWriteAll(batch);
    client.submitGet(Slice.of("a"));
    client.submitWriteAll(batch);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(new String(value.toByteArray(), UTF_8)).isEqualTo(longValue);
    assertThat(client.complete(value)).isEqualTo(Status.STORED);
    assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).asString().isEqualTo("old");
    assertThat(client.complete(value)).isEqualTo(status);
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).asString().isEqualTo(knows ? "new" : "old");
    assertThat(client.complete(value)).isEqualTo(status);
    assertThat(client.outstanding()).isZero();
  }

  /** It is inside the transaction for good, and would queue whatever comes. */
  @Test
  void shouldGiveUpAServerThatKnowsNoExec() {
    server.answer("EXEC", UNKNOWN);
    assertThatThrownBy(() -> client.writeAll(batch))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("carries out no transactions")
        .hasMessageContaining(UNKNOWN);
    assertGivenUp();
  }

  @ParameterizedTest
  @CsvSource({
    "MULTI, -NOPERM no more, may have done a part",
    "EXEC, -ERR unknown command 'EXEC', may have done a part",
    "EXEC, *0, 0 of 2 commands",
    "EXEC, *1|+OK, 1 of 2 commands",
    "EXEC, +OK, answered EXEC with: OK",
    "SET, +OK, may have done a part",
    "SET, :1, may have done a part",
  })
  void shouldGiveUpAServerThatMayHaveDoneAPart(String command, String reply, String message) {
    prove();
    server.answer(command, reply.replace("|", "\r\n"));
    assertThatThrownBy(() -> client.writeAll(batch))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(message);
    assertGivenUp();
  }

  @Test
  void shouldGoOnIfAllOfABatchWasRefused() {
    prove();
    server.answer("SET", "-OOM no memory");
    server.answer("EXEC", "-EXECABORT Transaction discarded because of previous errors.");
    assertThat(client.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
    server.answer("MULTI", "-NOAUTH Authentication required.");
    server.answer("SET", "-NOAUTH Authentication required.");
    server.answer("EXEC", "-NOAUTH Authentication required.");
    assertThat(client.writeAll(batch)).isEqualTo(Status.NOT_AUTHENTICATED);
    assertThat(client.writeAll(batch)).isEqualTo(Status.NOT_AUTHENTICATED);
  }

  @ParameterizedTest
  @CsvSource({"EXISTS, +OK", "WATCH, :1", "UNWATCH, :1"})
  void shouldNotTakeAReplyOfAnotherTypeForALook(String command, String reply) {
    prove();
    server.answer(command, reply);
    WriteCondition condition =
        command.equals("UNWATCH") ? WriteCondition.IF_PRESENT : WriteCondition.IF_ABSENT;
    batch.put(Slice.of("c"), Slice.of("new"), Store.NEVER, condition, 0);
    assertThatThrownBy(() -> client.writeAll(batch))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("answered " + command + " with a reply of the wrong type");
    assertGivenUp();
  }
}
