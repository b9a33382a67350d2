// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a device waits for an acknowledgement before it sends again. A queue pair keeps it as
 * five bits, so there are 31 such times, each twice the one before: 8.192 us to 8,796 s. The code 0
 * is for ever, and none of them: what was lost would never be sent again.
 *
 * @param code of the attribute {@code timeout} of a queue pair: 4.096 us times 2 to the power of it
 *     (InfiniBand Architecture Specification, volume 1, 11.2), 1 to 31
 */
public record AckTimeout(int code) {

  private static final int SHORTEST_CODE = 1;
  private static final int LONGEST_CODE = 31;
  private static final long UNIT_NANOSECONDS = 4_096;
  private static final MathContext THREE_DIGITS = new MathContext(3);

  /**
   * 0.54 s. A processor that has much to do can take longer than the 67 ms that are usual, and who
   * is really gone is mostly known from the control connection at once.
   */
  static final AckTimeout DEFAULT = new AckTimeout(17);

  /** Refuses a code that is none. */
  public AckTimeout {
    if (code < SHORTEST_CODE || code > LONGEST_CODE) {
      throw new IllegalArgumentException("the code of an ack timeout is 1 to 31: " + code);
    }
  }

  /**
   * The shortest that is not shorter than a time; null is what is taken unless asked for, 0.54 s.
   *
   * @throws TransportException if there is none, because the time is not positive or too long
   */
  public static AckTimeout of(@Nullable Duration time) {
    if (time == null) {
      return DEFAULT;
    }
    Duration longest = Duration.ofNanos(new AckTimeout(LONGEST_CODE).nanoseconds());
    if (!time.isPositive() || time.compareTo(longest) > 0) {
      throw new TransportException(
          "%sms is no ack timeout, which is longer than 0 and at most %ss"
              .formatted(time.toMillis(), longest.toSeconds()));
    }
    int code = SHORTEST_CODE;
    while (new AckTimeout(code).nanoseconds() < time.toNanos()) {
      code++;
    }
    return new AckTimeout(code);
  }

  /** The time. */
  public long nanoseconds() {
    return UNIT_NANOSECONDS << code;
  }

  /** The time for people, with three digits that mean something: {@code 67.1 ms}. */
  @Override
  public String toString() {
    long nanoseconds = nanoseconds();
    if (nanoseconds < 1_000_000) {
      return digits(nanoseconds, 3) + " us";
    }
    return nanoseconds < 1_000_000_000
        ? digits(nanoseconds, 6) + " ms"
        : digits(nanoseconds, 9) + " s";
  }

  private static String digits(long nanoseconds, int places) {
    return BigDecimal.valueOf(nanoseconds, places).round(THREE_DIGITS).toPlainString();
  }
}
