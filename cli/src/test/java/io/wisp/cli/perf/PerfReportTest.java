// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.latency.Tallies;
import io.wisp.measure.loop.Arrivals;
import io.wisp.measure.loop.OfferedLoad;
import io.wisp.measure.workload.RequestKind;
import io.wisp.store.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerfReportTest {

  @ParameterizedTest
  @CsvSource({"227, 0.227", "7100, 7.100", "96512, 96.51", "3932160, 3932.2"})
  void shouldShowMicrosecondsAsFinelyAsTheyWereRecorded(long nanoseconds, String text) {
    assertThat(PerfReport.micros(nanoseconds)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.01234, 0.0123",
    "0.997, 0.997",
    "4.96, 4.96",
    "12.345, 12.3",
    "99.2, 99.2",
    "100, 100",
    "123.4, 123",
    "987654.3, 987654"
  })
  void shouldShowThreeDigitsOfALowRate(double perSecond, String text) {
    assertThat(PerfReport.rate(perSecond)).isEqualTo(text);
  }

  @Test
  void shouldShowLowRatesFinelyEverywhere() {
    PerfResult slow = result(10, 100_400_000_000L, 0);
    assertThat(print(report -> report.result(slow))).containsPattern("(?m)^qps +9\\.96$");
    assertThat(print(report -> report.summary(List.of(slow)))).containsPattern("(?m)^10 +9\\.96 ");
    PerfResult missed = result(10, 200_000_000_000L, 0);
    assertThat(print(report -> report.result(missed))).contains("SATURATED: 5.00 requests/s");
  }

  private static PerfResult result(double offered, long elapsedNanos, long backlogNanos) {
    return result(offered, 1_000, elapsedNanos, backlogNanos, false);
  }

  private static PerfResult result(
      double offered, int requests, long elapsedNanos, long backlogNanos, boolean interrupted) {
    OfferedLoad load = new OfferedLoad(offered, requests, Arrivals.UNIFORM);
    Tallies tallies = new Tallies(true);
    for (int i = 0; i < requests; i++) {
      tallies.of(RequestKind.PUT).record(Status.STORED, 2_000_000, 1_000_000);
    }
    return new PerfResult(
        Instant.EPOCH,
        elapsedNanos,
        requests * 7_000L,
        requests,
        load,
        interrupted,
        0,
        backlogNanos > 0,
        backlogNanos,
        tallies,
        null,
        LookupCounters.NONE,
        List.of());
  }

  @ParameterizedTest
  @CsvSource({"1, false", "99, false", "100, true"})
  void shouldNotCallARateMissedOfWhichTooFewRequestsWereDueToTell(int requests, boolean told) {
    PerfResult late = result(1_000, requests, requests * 2_000_000L, 0, false);
    assertThat(late.isSaturated()).isEqualTo(told);
    assertThat(late.failures()).isEmpty();
    String printed = print(report -> report.result(late));
    if (told) {
      assertThat(printed).contains("SATURATED");
    } else {
      assertThat(printed)
          .contains("fewer than 100 requests do not tell whether it was reached", "qps")
          .doesNotContain("SATURATED");
    }
  }

  @Test
  void shouldShowWhatWasMeasuredUntilAnInterruption() {
    PerfResult cut = result(1_000, 1_000, 5_000_000_000L, 0, true);
    assertThat(cut.isSaturated()).isFalse();
    assertThat(cut.failures()).isEmpty();
    assertThat(print(report -> report.result(cut)))
        .contains("interrupted after 1000 requests", "p99 us", "qps        200")
        .contains("cpu        7.000 us a request, of this client")
        .doesNotContain("SATURATED", "do not tell");
  }

  static String print(Consumer<PerfReport> part) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    part.accept(new PerfReport(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldSayHowLongTheLastRequestsWaitedIfTheRateItselfWasReached() {
    PerfResult behind = result(1_000, 1_005_000_000, 51_500_000);
    assertThat(behind.isSaturated()).isTrue();
    assertThat(print(report -> report.result(behind)))
        .contains(
            "SATURATED: 995 requests/s were answered; the last requests waited 51.5 ms for those"
                + " before them; latencies would only say how long it ran")
        .doesNotContain("%");
    assertThat(print(report -> report.summary(List.of(behind, behind))))
        .containsPattern("(?m)^1000 +995  saturated, the last requests waited 51.5 ms$");
  }

  @Test
  void shouldSayHowMuchOfTheRateWasMissed() {
    PerfResult missed = result(1_000, 1_100_000_000, 95_000_000);
    assertThat(print(report -> report.result(missed)))
        .contains("SATURATED: 909 requests/s were answered, 9.1 % less than offered; latencies")
        .doesNotContain("waited");
  }
}
