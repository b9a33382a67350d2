// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopTest {

  private static final long MICROSECOND = 1_000;
  private static final long MILLISECOND = 1_000_000;
  private static final long STALL = 200 * MILLISECOND;

  private final FakeClock clock = new FakeClock();
  private final long start = clock.now();

  private LoadClient client(SlowClient connection, int depth) {
    Workload workload = Workload.uniform(3, 1_000, 10, OperationMix.parse("get:1"));
    return new LoadClient(
        connection,
        workload,
        workload.keySpace(),
        0,
        1,
        depth,
        clock,
        Duration.ofSeconds(60),
        new SplittableRandom(1));
  }

  private LoadClient offer(SlowClient connection, int depth, double rate, Arrivals arrivals) {
    LoadClient client = client(connection, depth);
    client.openLoop(OfferedLoad.of(rate, 10_000, Duration.ofSeconds(10), arrivals), start);
    assertThat(client.breakdown()).isNull();
    return client;
  }

  private static Histogram latency(LoadClient client) {
    return client.tallies().total().latency();
  }

  private static Histogram service(LoadClient client) {
    return Objects.requireNonNull(client.tallies().total().service());
  }

  private SlowClient stallingOnce() {
    return new SlowClient(clock, 50 * MICROSECOND).stalling(5_000, STALL);
  }

  @Test
  void shouldCountAStallForEveryRequestThatWasDueMeanwhile() {
    LoadClient client = offer(stallingOnce(), 1, 1_000, Arrivals.UNIFORM);
    Histogram latency = latency(client);
    assertThat(latency.getTotalCount()).isEqualTo(10_000);
    assertThat(latency.getMaxValue()).isBetween(STALL, STALL + MILLISECOND);
    assertThat(latency.getCountBetweenValues(100 * MICROSECOND, Long.MAX_VALUE / 2))
        .isBetween(200L, 215L);
    for (int delayed = 10; delayed <= 190; delayed += 10) {
      double percentile = 100 - delayed / 100.0;
      assertThat(latency.getValueAtPercentile(percentile) / (double) MILLISECOND)
          .isCloseTo(200 - 0.95 * delayed, within(2.0));
    }
  }

  @Test
  void shouldShowTheStallOnceInServiceTime() {
    LoadClient client = offer(stallingOnce(), 1, 1_000, Arrivals.UNIFORM);
    Histogram service = service(client);
    assertThat(service.getMaxValue()).isBetween(STALL, STALL + MILLISECOND);
    assertThat(service.getCountBetweenValues(100 * MICROSECOND, Long.MAX_VALUE / 2)).isEqualTo(1);
    assertThat(service.getValueAtPercentile(99.98)).isLessThan(100 * MICROSECOND);
  }

  @Test
  void shouldShowTheStallOnceInAClosedLoop() {
    LoadClient client = client(stallingOnce(), 1);
    client.closedLoop(new Extent.Requests(10_000), start);
    Histogram latency = latency(client);
    assertThat(latency.getTotalCount()).isEqualTo(10_000);
    assertThat(latency.getCountBetweenValues(100 * MICROSECOND, Long.MAX_VALUE / 2)).isEqualTo(1);
    assertThat(client.tallies().total().service()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldEndAnOpenLoopEarlyWithWhatWasMeasuredUntilThen(int depth) {
    clock.stopAt(start + 2_500 * MILLISECOND + 1);
    LoadClient client =
        offer(new SlowClient(clock, 50 * MICROSECOND), depth, 1_000, Arrivals.UNIFORM);
    assertThat(latency(client).getTotalCount()).isEqualTo(2_501);
    assertThat(client.unsent()).isEqualTo(10_000 - 2_501);
  }

  @Test
  void shouldNotWaitForARequestThatIsDueAfterTheEnd() {
    clock.stopAt(start + MILLISECOND);
    LoadClient client = client(new SlowClient(clock, 50 * MICROSECOND), 1);
    client.openLoop(OfferedLoad.of(0.01, 10, Duration.ofHours(1), Arrivals.UNIFORM), start);
    assertThat(clock.now()).isEqualTo(start + MILLISECOND);
    assertThat(latency(client).getTotalCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldEndAClosedLoopEarlyWithWhatWasMeasuredUntilThen(int depth) {
    clock.stopAt(start + 100 * MILLISECOND);
    for (Extent extent :
        List.of(new Extent.Requests(1_000_000), new Extent.Time(Duration.ofHours(1)))) {
      LoadClient client = client(new SlowClient(clock, 50 * MICROSECOND), depth);
      client.closedLoop(extent, start);
      assertThat(client.breakdown()).isNull();
      assertThat(latency(client).getTotalCount()).isBetween(1L, 2_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldSendTheFewRequestsOfARateThatTheyCannotTellOf(int depth) {
    LoadClient client = client(new SlowClient(clock, 50 * MILLISECOND), depth);
    client.openLoop(OfferedLoad.of(1_000, 3, Duration.ofSeconds(1), Arrivals.UNIFORM), start);
    assertThat(latency(client).getTotalCount()).isEqualTo(3);
    assertThat(client.unsent()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 20_000", "4, 20_000", "64, 20_032"})
  void shouldEndAClosedLoopWithTheFirstReplyAfterItsTime(int depth, String requests) {
    LoadClient client = client(new SlowClient(clock, 50 * MICROSECOND), depth);
    client.closedLoop(new Extent.Time(Duration.ofSeconds(1)), start);
    assertThat(client.breakdown()).isNull();
    assertThat(latency(client).getTotalCount())
        .isEqualTo(Long.parseLong(requests.replace("_", "")));
  }

  @Test
  void shouldDoOneRequestAtLeastHoweverLittleTimeThereIs() {
    LoadClient client = client(new SlowClient(clock, 50 * MILLISECOND), 1);
    client.closedLoop(new Extent.Time(Duration.ofMillis(1)), start - 10 * MILLISECOND);
    assertThat(latency(client).getTotalCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 64})
  void shouldCountAStallForEveryRequestThatWasDueMeanwhileHoweverManyMayBeOutstanding(int depth) {
    LoadClient client = offer(stallingOnce(), depth, 1_000, Arrivals.UNIFORM);
    Histogram latency = latency(client);
    assertThat(latency.getMaxValue()).isBetween(STALL, STALL + MILLISECOND);
    assertThat(latency.getCountBetweenValues(100 * MICROSECOND, Long.MAX_VALUE / 2))
        .isBetween(200L, 215L);
    assertThat(latency.getValueAtPercentile(99)).isBetween(95 * MILLISECOND, 115 * MILLISECOND);
  }

  @Test
  void shouldNotWaitForAReplyBeforeTheConnectionsOwnTimeoutMayEndThat() {
    SlowClient connection =
        new SlowClient(clock, 50 * MICROSECOND).stalling(0, 90_000 * MILLISECOND);
    LoadClient client = client(connection, 10_000);
    client.openLoop(new OfferedLoad(10, 2_000, Arrivals.UNIFORM), start);
    assertThat(connection.longestWait()).isBetween(29_900 * MILLISECOND, 30_100 * MILLISECOND);
  }

  @Test
  void shouldSendWhatIsDueWhileEarlierRequestsAreOutstanding() {
    SlowClient connection = stallingOnce();
    LoadClient client = offer(connection, 64, 1_000, Arrivals.UNIFORM);
    assertThat(connection.mostOutstanding).isEqualTo(64);
    assertThat(service(client).getCountBetweenValues(100 * MILLISECOND, Long.MAX_VALUE / 2))
        .isGreaterThan(60);
  }

  @ParameterizedTest
  @CsvSource({"1, UNIFORM", "1, POISSON", "8, UNIFORM", "8, POISSON"})
  void shouldMeasureALoadThatTheServerCanBear(int depth, Arrivals arrivals) {
    LoadClient client = offer(new SlowClient(clock, 300 * MICROSECOND), depth, 1_000, arrivals);
    assertThat(client.unsent()).isZero();
    assertThat(client.fellBehind()).isFalse();
    assertThat(client.tallies().total().requests()).isEqualTo(10_000);
    assertThat(latency(client).getMinValue()).isBetween(299 * MICROSECOND, 302 * MICROSECOND);
    assertThat((clock.now() - start) / 1e9).isBetween(9.9, 10.1);
  }

  @Test
  void shouldWaitAsLongForPoissonArrivalsAsTheoryHasIt() {
    LoadClient client = offer(new SlowClient(clock, 500 * MICROSECOND), 1, 1_000, Arrivals.POISSON);
    // Pollaczek-Khinchine for constant service: load / (2 (1 - load)) services of waiting.
    double waiting = 0.5 / (2 * 0.5) * 500;
    assertThat(latency(client).getMean() / MICROSECOND).isCloseTo(500 + waiting, within(50.0));
  }

  @ParameterizedTest
  @CsvSource({"1, UNIFORM", "1, POISSON", "8, UNIFORM", "8, POISSON"})
  void shouldGiveUpALoadThatIsMoreThanTheServerCanBear(int depth, Arrivals arrivals) {
    SlowClient connection = new SlowClient(clock, 1_100 * MICROSECOND);
    LoadClient client = offer(connection, depth, 1_000, arrivals);
    assertThat(client.unsent()).isBetween(700L, 1_000L);
    assertThat(connection.requests() + client.unsent()).isEqualTo(10_000);
    assertThat((clock.now() - start) / 1e9).isBetween(10.1, 10.2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 25, 40, 64})
  void shouldNoticeABacklogThatGrowsTooSlowlyToMissTheRate(int depth) {
    LoadClient client =
        offer(new SlowClient(clock, 1_005 * MICROSECOND), depth, 1_000, Arrivals.UNIFORM);
    assertThat(client.unsent()).isZero();
    assertThat(client.fellBehind()).isTrue();
    assertThat(client.backlogNanos()).isBetween(48 * MILLISECOND, 52 * MILLISECOND);
  }

  @ParameterizedTest
  @CsvSource({"64, UNIFORM", "64, POISSON", "1024, POISSON"})
  void shouldNotTakeASteadyQueueForABacklog(int depth, Arrivals arrivals) {
    LoadClient client = offer(new SlowClient(clock, 900 * MICROSECOND), depth, 1_000, arrivals);
    assertThat(client.unsent()).isZero();
    assertThat(client.fellBehind()).isFalse();
  }

  @Test
  void shouldRecoverFromAStallAtTheBeginning() {
    SlowClient connection =
        new SlowClient(clock, 50 * MICROSECOND).stalling(0, 3_000 * MILLISECOND);
    LoadClient client = offer(connection, 1, 1_000, Arrivals.UNIFORM);
    assertThat(client.unsent()).isZero();
    assertThat(client.fellBehind()).isFalse();
    assertThat(latency(client).getMaxValue()).isGreaterThan(2_990 * MILLISECOND);
  }
}
