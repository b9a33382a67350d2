// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.wisp.testing.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  private static final long SECOND = 1_000_000_000;

  private static List<Long> times(Schedule schedule) {
    List<Long> times = new ArrayList<>();
    for (long i = 0; i < schedule.requests(); i++) {
      times.add(schedule.next());
    }
    return times;
  }

  private static Schedule schedule(Arrivals arrivals, long requests, int client, int clients) {
    return arrivals.schedule(requests, SECOND, client, clients, new SplittableRandom(client + 1));
  }

  @Test
  void shouldShareOutEveryRequestAndNoneTwice() {
    Property.check(
        draw -> {
          int clients = draw.ints(1, 100);
          long requests = draw.longs(0, 10_000);
          long[] shares =
              LongStream.range(0, clients)
                  .map(client -> Arrivals.share(requests, (int) client, clients))
                  .toArray();
          assertThat(LongStream.of(shares).sum()).isEqualTo(requests);
          assertThat(
                  LongStream.of(shares).max().orElseThrow()
                      - LongStream.of(shares).min().orElseThrow())
              .isLessThanOrEqualTo(1);
        });
  }

  @Test
  void shouldKeepToTheOrderAndTheTimeOfTheSchedule() {
    Property.check(
        draw -> {
          Arrivals arrivals = draw.of(Arrivals.values());
          int clients = draw.ints(1, 8);
          long requests = draw.longs(1, 500);
          for (int client = 0; client < clients; client++) {
            assertThat(times(schedule(arrivals, requests, client, clients)))
                .hasSize((int) Arrivals.share(requests, client, clients))
                .isSorted()
                .allSatisfy(time -> assertThat(time).isBetween(0L, SECOND));
          }
        });
  }

  @Test
  void shouldSpaceUniformArrivalsOfAllClientsEvenly() {
    List<Long> all = new ArrayList<>();
    for (int client = 0; client < 3; client++) {
      all.addAll(times(schedule(Arrivals.UNIFORM, 10, client, 3)));
    }
    assertThat(all.stream().sorted())
        .containsExactlyElementsOf(LongStream.range(0, 10).mapToObj(i -> i * SECOND / 10).toList());
  }

  @Test
  void shouldLeaveExponentialGapsBetweenPoissonArrivals() {
    int requests = 200_000;
    List<Long> times = times(schedule(Arrivals.POISSON, requests, 0, 1));
    double mean = (double) SECOND / requests;
    double longerThanMean = 0;
    double longerThanThrice = 0;
    double squares = 0;
    for (int i = 1; i < requests; i++) {
      double gap = (times.get(i) - times.get(i - 1)) / mean;
      longerThanMean += gap > 1 ? 1 : 0;
      longerThanThrice += gap > 3 ? 1 : 0;
      squares += gap * gap;
    }
    assertThat(longerThanMean / requests).isCloseTo(Math.exp(-1), within(0.005));
    assertThat(longerThanThrice / requests).isCloseTo(Math.exp(-3), within(0.002));
    assertThat(squares / requests).isCloseTo(2, within(0.05));
  }

  @Test
  void shouldSpreadPoissonArrivalsOverAllOfTheTime() {
    List<Long> times = times(schedule(Arrivals.POISSON, 100_000, 0, 1));
    for (int tenth = 0; tenth < 10; tenth++) {
      long from = tenth * SECOND / 10;
      long to = from + SECOND / 10;
      assertThat(times.stream().filter(time -> time >= from && time < to).count())
          .isBetween(9_600L, 10_400L);
    }
  }

  @Test
  void shouldGiveTheSameTimesForTheSameSeed() {
    assertThat(times(schedule(Arrivals.POISSON, 1_000, 0, 1)))
        .isEqualTo(times(schedule(Arrivals.POISSON, 1_000, 0, 1)));
  }

  @Test
  void shouldSayWhichArrivalsThereAre() {
    assertThatThrownBy(() -> Arrivals.ofWord("bursty"))
        .hasMessage("\"bursty\" is no way to arrive; there are uniform, poisson");
  }
}
