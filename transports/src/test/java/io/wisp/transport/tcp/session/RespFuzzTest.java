// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import io.wisp.transport.tcp.command.Execution;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a client sends, in one piece and in two, which are cut where the first bytes say, or
 * everywhere if it is short.
 */
class RespFuzzTest extends FuzzTest {

  /** One reply, or one element of one, may exceed the limit. */
  private static final int MAX_REPLY_LENGTH = 64 << 10;

  private static final int LONGEST_CUT_EVERYWHERE = 64;

  @Override
  protected void check(byte[] input) {
    if (input.length < 2) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 2, input.length);
    int cut =
        (Byte.toUnsignedInt(input[0]) << 8 | Byte.toUnsignedInt(input[1])) % (bytes.length + 1);
    String whole;
    try (SessionHarness session = new SessionHarness()) {
      whole = reply(session, bytes);
      assertThat(session.unconsumed()).isLessThanOrEqualTo(bytes.length);
      assertThat(session.largestOutput())
          .isLessThan(Execution.OUTPUT_LIMIT + MAX_REPLY_LENGTH + bytes.length);
    }
    if (drawsLots(bytes)) {
      return;
    }
    if (bytes.length > LONGEST_CUT_EVERYWHERE) {
      assertThat(inTwo(bytes, cut)).isEqualTo(whole);
      return;
    }
    for (int each = 0; each < bytes.length; each++) {
      assertThat(inTwo(bytes, each)).isEqualTo(whole);
    }
  }

  private static String inTwo(byte[] bytes, int cut) {
    try (SessionHarness session = new SessionHarness()) {
      return reply(session, Arrays.copyOf(bytes, cut))
          + reply(session, Arrays.copyOfRange(bytes, cut, bytes.length));
    }
  }

  private static String reply(SessionHarness session, byte[] bytes) {
    return session.isClosed() ? "" : new String(session.send(bytes), ISO_8859_1);
  }

  private static boolean drawsLots(byte[] bytes) {
    return new String(bytes, ISO_8859_1).toLowerCase(Locale.ROOT).contains("randomkey");
  }
}
