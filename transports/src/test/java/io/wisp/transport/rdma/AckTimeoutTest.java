// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.TransportException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AckTimeoutTest {

  private static final long LONGEST_NANOSECONDS = 4_096L << 31;

  static IntStream codes() {
    return IntStream.rangeClosed(1, 31);
  }

  private static AckTimeout of(long nanoseconds) {
    return AckTimeout.of(Duration.ofNanos(nanoseconds));
  }

  @ParameterizedTest
  @MethodSource("codes")
  void shouldTakeTheShortestThatIsNotShorterThanWasAskedFor(int code) {
    long nanoseconds = 4_096L << code;
    assertThat(new AckTimeout(code).nanoseconds()).isEqualTo(nanoseconds);
    assertThat(of(nanoseconds).code()).isEqualTo(code);
    assertThat(of(nanoseconds - 1).code()).isEqualTo(code);
    assertThat(of(nanoseconds / 2 + 1).code()).isEqualTo(code);
  }

  @Test
  void shouldTakeTheShortestThereIsForWhatIsShorter() {
    assertThat(of(1).nanoseconds()).isEqualTo(8_192);
  }

  @Test
  void shouldTakeHalfASecondIfNothingIsSaid() {
    assertThat(AckTimeout.of(null)).isEqualTo(new AckTimeout(17)).hasToString("537 ms");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -1_000_000, LONGEST_NANOSECONDS + 1, Long.MAX_VALUE})
  void shouldNameTheLimitsOfATimeThatNoDeviceKeeps(long nanoseconds) {
    assertThatThrownBy(() -> of(nanoseconds))
        .isInstanceOf(TransportException.class)
        .hasMessage(
            nanoseconds / 1_000_000
                + "ms is no ack timeout, which is longer than 0 and at most 8796s");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 32})
  void shouldRefuseACodeThatIsForEverOrNone(int code) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AckTimeout(code))
        .withMessage("the code of an ack timeout is 1 to 31: " + code);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8.19 us",
    "7, 524 us",
    "8, 1.05 ms",
    "14, 67.1 ms",
    "17, 537 ms",
    "18, 1.07 s",
    "31, 8800 s"
  })
  void shouldSayItWithThreeDigits(int code, String text) {
    assertThat(new AckTimeout(code)).hasToString(text);
  }
}
