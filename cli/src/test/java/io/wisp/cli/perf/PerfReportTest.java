package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerfReportTest {

  @ParameterizedTest
  @CsvSource({"227, 0.227", "7100, 7.100", "96512, 96.51", "3932160, 3932.2"})
  void shouldShowMicrosecondsAsFinelyAsTheyWereRecorded(long nanoseconds, String text) {
    assertThat(PerfReport.micros(nanoseconds)).isEqualTo(text);
  }
}
