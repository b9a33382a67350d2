// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.bench.latency.RequestKind;
import io.wisp.store.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedLoopTest {

  private static final KeySpace KEYS = KeySpace.of(3, 10);
  private final HeapClient client = new HeapClient();

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldRecordEveryRequestOfTheOriginalMixAndNoOther(int pipeline) {
    ClosedLoop loop = prepared(OperationMix.WISP, pipeline);

    run(loop, 1_600, false);
    run(loop, 8_000, true);

    assertThat(count(loop, RequestKind.PUT)).isBetween(2_400L, 2_900L);
    assertThat(count(loop, RequestKind.GET)).isBetween(2_400L, 2_900L);
    assertThat(
            count(loop, RequestKind.PUT)
                + count(loop, RequestKind.GET)
                + count(loop, RequestKind.DELETE))
        .isEqualTo(8_000);
    assertThat(loop.latencies().misses(RequestKind.GET))
        .isBetween(count(loop, RequestKind.GET) / 3, count(loop, RequestKind.GET) * 2 / 3);
  }

  @Test
  void shouldSendAWholeBatchBeforeItWaits() {
    ClosedLoop loop = prepared(OperationMix.GET, 16);
    client.flushes = 0;
    client.mostOutstanding = 0;

    run(loop, 32, true);

    assertThat(client.flushes).isEqualTo(2);
    assertThat(client.mostOutstanding).isEqualTo(16);
    assertThat(count(loop, RequestKind.GET)).isEqualTo(32);
  }

  @Test
  void shouldTakeInTheRepliesStillDueWhenItPauses() {
    ClosedLoop loop = prepared(OperationMix.GET, 16);
    run(loop, 5, true);

    loop.pause();

    assertThat(client.outstanding()).isZero();
    assertThat(count(loop, RequestKind.GET)).isEqualTo(5);
    run(loop, 16, true);
    assertThat(count(loop, RequestKind.GET)).isEqualTo(21);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldOnlyDeleteWhatIsThere(int pipeline) {
    ClosedLoop loop = prepared(OperationMix.DELETE, pipeline);

    run(loop, 2_000, true);
    loop.pause();

    assertThat(count(loop, RequestKind.DELETE)).isEqualTo(1_000);
    assertThat(count(loop, RequestKind.PUT)).isEqualTo(1_000);
    assertThat(loop.latencies().misses(RequestKind.DELETE)).isZero();
    assertThat(client.store.size()).isZero();
  }

  @Test
  void shouldGetOnlyKeysThatAreThere() {
    ClosedLoop loop = prepared(OperationMix.GET, 1);

    run(loop, 5_000, true);

    assertThat(loop.latencies().misses(RequestKind.GET)).isZero();
    assertThat(client.gets).isEqualTo(5_000);
  }

  @Test
  void shouldStopWhenAKeyThatWasStoredIsLost() {
    ClosedLoop loop = prepared(OperationMix.GET, 1);
    client.store.clear();

    assertThatThrownBy(() -> loop.request(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("heap client answered a get with ABSENT though every key had been stored");
  }

  @Test
  void shouldStopWhenAValueHasAnotherLength() {
    ClosedLoop loop = prepared(OperationMix.GET, 1);
    for (int i = 0; i < KEYS.count(); i++) {
      client.store.put(Slice.of(String.format(Locale.ROOT, "%03d", i)), Slice.of("short"));
    }

    assertThatThrownBy(() -> loop.request(true))
        .hasMessage("heap client answered a get with FOUND of 5 bytes where 10 were stored");
  }

  @Test
  void shouldPrepareEverySecondKeyForTheOriginalMixWhateverWasThereBefore() {
    Preparation.prepare(client, OperationMix.GET, KEYS, 20);

    Preparation.prepare(client, OperationMix.WISP, KEYS, 10);

    assertThat(client.store.size()).isEqualTo(500);
    assertThat(client.store.get("004".getBytes(StandardCharsets.US_ASCII))).hasSize(10);
    assertThat(client.contains(Slice.of("005"))).isFalse();
  }

  @Test
  void shouldRemoveEveryKeyAtTheEnd() {
    Preparation.prepare(client, OperationMix.GET, KEYS, 20);

    Preparation.clear(client, KEYS);

    assertThat(client.store.size()).isZero();
    assertThat(client.outstanding()).isZero();
  }

  private ClosedLoop prepared(OperationMix mix, int pipeline) {
    Preparation.prepare(client, mix, KEYS, 10);
    client.gets = 0;
    return new ClosedLoop(client, mix, KEYS, 10, pipeline, 0, 1, true);
  }

  private static void run(ClosedLoop loop, int requests, boolean recorded) {
    for (int i = 0; i < requests; i++) {
      loop.request(recorded);
    }
  }

  private static long count(ClosedLoop loop, RequestKind kind) {
    return loop.latencies().count(kind);
  }
}
