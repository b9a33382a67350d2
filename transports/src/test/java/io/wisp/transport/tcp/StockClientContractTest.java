// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.testing.Eventually;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a client of Redis that somebody else wrote finds here. The list is that of
 * transports/src/clients/contract.txt, which clients of other languages are held to as well.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class StockClientContractTest {

  /** How long clients wait for an answer: what they wait by themselves some machines pause. */
  static final int PATIENCE_MILLIS = 30_000;

  private static final int PIPELINED = 8_000;

  private RunningServer running = new RunningServer();
  private @Nullable StockClient connected;

  /** Connects as the client's own documents say. */
  abstract StockClient connect(int port);

  abstract StockClient connect(int port, String password);

  @AfterEach
  void close() {
    if (connected != null) {
      connected.close();
    }
    running.close();
  }

  private StockClient client() {
    if (connected == null) {
      connected = connect(running.port());
    }
    return connected;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private @Nullable String get(String key) {
    byte[] value = client().get(key);
    return value == null ? null : new String(value, UTF_8);
  }

  @Test
  void shouldConnect() {
    assertThat(client().get("none")).isNull();
  }

  @Test
  void shouldSetGetAndDelete() {
    client().set("k", bytes("v"));
    assertThat(get("k")).isEqualTo("v");
    client().set("k", bytes("w"));
    assertThat(get("k")).isEqualTo("w");
    assertThat(client().delete("k")).isTrue();
    assertThat(client().delete("k")).isFalse();
    assertThat(get("k")).isNull();
  }

  @Test
  void shouldCount() {
    assertThat(client().add("n", 1)).isEqualTo(1);
    assertThat(client().add("n", 41)).isEqualTo(42);
    assertThat(client().add("n", -50)).isEqualTo(-8);
    assertThat(client().add("n", Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE - 8);
  }

  @Test
  void shouldPipeline() {
    assertThat(client().addInAPipeline("n", PIPELINED)).containsExactlyElementsOf(upTo(PIPELINED));
  }

  @Test
  void shouldRunATransaction() {
    assertThat(client().addInATransaction("n", 3)).containsExactlyElementsOf(upTo(3));
    assertThat(get("n")).isEqualTo("3");
  }

  @Test
  void shouldNoticeAChangeOfAWatchedKey() {
    client().set("k", bytes("old"));
    assertThat(client().setUnlessChanged("k", bytes("mine"), () -> {})).isTrue();
    assertThat(get("k")).isEqualTo("mine");
    try (StockClient other = connect(running.port())) {
      Runnable change = () -> other.set("k", bytes("theirs"));
      assertThat(client().setUnlessChanged("k", bytes("late"), change)).isFalse();
    }
    assertThat(get("k")).isEqualTo("theirs");
  }

  @Test
  void shouldScanAllKeys() {
    List<String> keys = IntStream.range(0, 3_000).mapToObj(i -> "key" + i).toList();
    keys.forEach(key -> client().set(key, bytes("v")));
    assertThat(client().scan()).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void shouldKeepEveryByteOfAKey() {
    byte[] key = everyByte();
    client().set(key, bytes("v"));
    assertThat(client().get(key)).isEqualTo(bytes("v"));
    key[0]++;
    assertThat(client().get(key)).isNull();
  }

  @Test
  void shouldKeepEveryByteOfAValue() {
    client().set("k", everyByte());
    assertThat(client().get("k")).isEqualTo(everyByte());
    client().set("k", new byte[0]);
    assertThat(client().get("k")).isEqualTo(new byte[0]);
  }

  @Test
  void shouldCarryAMegabyte() {
    byte[] value = new byte[1 << 20];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (i * 31 + (i >> 8));
    }
    client().set("k", value);
    assertThat(client().get("k")).isEqualTo(value);
  }

  @Test
  void shouldServeManyAtOnce() throws Exception {
    int hands = 8;
    int additions = 200;
    StockClient client = client();
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(hands)) {
      for (int hand = 0; hand < hands; hand++) {
        String own = "k" + hand;
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < additions; i++) {
                    client.add("n", 1);
                    client.set(own, bytes(own + i));
                    assertThat(client.get(own)).isEqualTo(bytes(own + i));
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    assertThat(get("n")).isEqualTo("" + hands * additions);
  }

  @Test
  void shouldLetAValueExpire() throws Exception {
    client().setFor("long", bytes("v"), Duration.ofSeconds(1000));
    client().setFor("short", bytes("v"), Duration.ofSeconds(1));
    Eventually.await(() -> client().get("short") == null);
    assertThat(get("long")).isEqualTo("v");
  }

  @Test
  void shouldTellErrors() {
    client().set("k", bytes("no number"));
    assertThatThrownBy(() -> client().add("k", 1))
        .hasStackTraceContaining("ERR value is not an integer or out of range");
    assertThat(get("k")).isEqualTo("no number");
  }

  @Test
  void shouldEnterWithThePassword() {
    try (RunningServer guarded = new RunningServer(options -> options.withPassword("secret"));
        StockClient client = connect(guarded.port(), "secret")) {
      client.set("k", bytes("v"));
      assertThat(client.get("k")).isEqualTo(bytes("v"));
    }
  }

  @Test
  void shouldBeRefusedWithAnotherPassword() {
    try (RunningServer guarded = new RunningServer(options -> options.withPassword("secret"))) {
      assertThatThrownBy(() -> useWith(guarded, "wrong")).hasStackTraceContaining("WRONGPASS");
    }
  }

  private void useWith(RunningServer guarded, String password) {
    try (StockClient client = connect(guarded.port(), password)) {
      client.set("k", bytes("v"));
    }
  }

  @Test
  void shouldOutliveARestart() throws Exception {
    client().set("k", bytes("v"));
    int port = running.port();
    running.close();
    running = new RunningServer(options -> ServerOptions.at(new Endpoint("127.0.0.1", port)));
    Eventually.await(() -> isSet("k", "w"));
    assertThat(running.store().size()).isEqualTo(1);
  }

  private boolean isSet(String key, String value) {
    try {
      client().set(key, bytes(value));
      return Objects.equals(get(key), value);
    } catch (RuntimeException connectionLost) {
      return false;
    }
  }

  private static List<Long> upTo(int count) {
    return LongStream.rangeClosed(1, count).boxed().toList();
  }

  private static byte[] everyByte() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
