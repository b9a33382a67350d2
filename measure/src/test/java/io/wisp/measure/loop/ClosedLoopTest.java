// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.workload.KeySpace;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.RequestSource;
import io.wisp.measure.workload.Workload;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.Waiting;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedLoopTest {

  private static final KeySpace KEYS = KeySpace.fitting(3, 10);
  private final HeapClient client = new HeapClient();

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldCountEveryRequestOfTheOriginalMixAndNoOther(int pipeline) {
    Exchange exchange = prepared("wisp", pipeline);

    run(exchange, 1_600, false);
    run(exchange, 8_000, true);

    assertThat(count(exchange, RequestKind.PUT)).isBetween(2_400L, 2_900L);
    assertThat(count(exchange, RequestKind.GET)).isBetween(2_400L, 2_900L);
    assertThat(exchange.tallies().total().requests()).isEqualTo(8_000);
    assertThat(misses(exchange, RequestKind.GET))
        .isBetween(count(exchange, RequestKind.GET) / 3, count(exchange, RequestKind.GET) * 2 / 3);
  }

  @Test
  void shouldSendAWholeBatchBeforeItWaits() {
    Exchange exchange = prepared("get", 16);
    client.flushes = 0;
    client.mostOutstanding = 0;

    run(exchange, 32, true);

    assertThat(client.flushes).isEqualTo(2);
    assertThat(client.mostOutstanding).isEqualTo(16);
    assertThat(count(exchange, RequestKind.GET)).isEqualTo(32);
  }

  @Test
  void shouldTakeInTheRepliesStillDueWhenItPauses() {
    Exchange exchange = prepared("get", 16);
    run(exchange, 5, true);

    exchange.count(false);
    new ClosedLoop(exchange).pause();

    assertThat(client.outstanding()).isZero();
    assertThat(count(exchange, RequestKind.GET)).isEqualTo(5);
    run(exchange, 16, true);
    assertThat(count(exchange, RequestKind.GET)).isEqualTo(21);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16})
  void shouldOnlyDeleteWhatIsThere(int pipeline) {
    Exchange exchange = prepared("delete", pipeline);

    run(exchange, 2_000, true);
    new ClosedLoop(exchange).pause();

    assertThat(count(exchange, RequestKind.DELETE)).isEqualTo(1_000);
    assertThat(count(exchange, RequestKind.PUT)).isEqualTo(1_000);
    assertThat(misses(exchange, RequestKind.DELETE)).isZero();
    assertThat(client.store.size()).isZero();
  }

  @Test
  void shouldGetOnlyKeysThatAreThere() {
    Exchange exchange = prepared("get", 1);

    run(exchange, 5_000, true);

    assertThat(misses(exchange, RequestKind.GET)).isZero();
    assertThat(client.gets).isEqualTo(5_000);
  }

  @Test
  void shouldEndAtAReplyThatIsRefusedCountedOrNot() {
    Exchange exchange = prepared("get", 1);
    client.store.clear();

    assertThatThrownBy(() -> run(exchange, 1, false)).hasMessage("get 10 ABSENT");
  }

  @Test
  void shouldPrepareEverySecondKeyForTheOriginalMixWhateverWasThereBefore() {
    preload(OperationMix.named("get"), 20, OperationMix.named("get")::startsPresent);

    preload(OperationMix.named("wisp"), 10, OperationMix.named("wisp")::startsPresent);

    assertThat(client.store.size()).isEqualTo(500);
    assertThat(client.store.get("004".getBytes(StandardCharsets.US_ASCII))).hasSize(10);
    assertThat(client.contains(Slice.of("005"))).isFalse();
  }

  @Test
  void shouldRemoveEveryKeyAtTheEnd() {
    preload(OperationMix.named("get"), 20, key -> true);

    preload(OperationMix.named("get"), 20, key -> false);

    assertThat(client.store.size()).isZero();
    assertThat(client.outstanding()).isZero();
  }

  private Exchange prepared(String mix, int pipeline) {
    preload(OperationMix.named(mix), 10, OperationMix.named(mix)::startsPresent);
    client.gets = 0;
    return exchange(OperationMix.named(mix), 10, pipeline);
  }

  private void preload(OperationMix mix, int valueSize, LongPredicate present) {
    new ClosedLoop(exchange(mix, valueSize, 256)).preload(0, KEYS.records(), present);
  }

  private Exchange exchange(OperationMix mix, int valueSize, int depth) {
    Workload workload = Workload.uniform(3, KEYS.records(), valueSize, mix);
    return new Exchange(
        client,
        new RequestSource(workload, KEYS, 0, 1, new SplittableRandom(1)),
        new SystemLoadClock(Waiting.SPIN, () -> false),
        depth,
        (kind, key, status, value) -> {
          if (kind == RequestKind.GET && status == Status.ABSENT && mix.everyGetHits()) {
            throw new IllegalStateException("get " + valueSize + " " + status);
          }
        });
  }

  private static void run(Exchange exchange, int requests, boolean counted) {
    exchange.count(counted);
    ClosedLoop loop = new ClosedLoop(exchange);
    for (int i = 0; i < requests; i++) {
      long ignored = loop.step();
    }
  }

  private static long count(Exchange exchange, RequestKind kind) {
    return exchange.tallies().of(kind).requests();
  }

  private static long misses(Exchange exchange, RequestKind kind) {
    return exchange.tallies().of(kind).count(Status.ABSENT);
  }
}
