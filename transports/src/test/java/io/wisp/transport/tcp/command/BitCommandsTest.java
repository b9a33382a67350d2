// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GETBIT, SETBIT, BITCOUNT and BITPOS. */
class BitCommandsTest {

  private static final String NO_OFFSET = "-ERR bit offset is not an integer or out of range\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private String call(String words) {
    return session.call(words.split(" ", -1));
  }

  @Test
  void shouldSetAndGetBitsAndKeepTheExpiry() {
    assertThat(call("SETBIT k 7 1")).isEqualTo(":0\r\n");
    assertThat(call("EXPIRE k 100")).isEqualTo(":1\r\n");
    assertThat(call("GETBIT k 0")).isEqualTo(":0\r\n");
    assertThat(call("GETBIT k 7")).isEqualTo(":1\r\n");
    assertThat(call("GETBIT k 100")).isEqualTo(":0\r\n");
    assertThat(call("GETBIT none 0")).isEqualTo(":0\r\n");
    assertThat(call("SETBIT k 7 1")).isEqualTo(":1\r\n");
    assertThat(call("SETBIT k 7 0")).isEqualTo(":1\r\n");
    assertThat(call("SETBIT k 23 1")).isEqualTo(":0\r\n");
    assertThat(call("GET k")).isEqualTo("$3\r\n\0\0\1\r\n");
    assertThat(call("TTL k")).isEqualTo(":100\r\n");
  }

  @Test
  void shouldMakeAValueLongerForAZeroToo() {
    assertThat(call("SETBIT k 16 0")).isEqualTo(":0\r\n");
    assertThat(call("STRLEN k")).isEqualTo(":3\r\n");
  }

  @Test
  void shouldWriteNothingWhereTheBitIsAlreadySo() {
    session.call("SET", "k", "a");
    long before = versionOf("k");
    assertThat(call("SETBIT k 7 1")).isEqualTo(":1\r\n");
    assertThat(versionOf("k")).isEqualTo(before);
    assertThat(call("SETBIT k 7 0")).isEqualTo(":1\r\n");
    assertThat(versionOf("k")).isGreaterThan(before);
  }

  private long versionOf(String key) {
    RecordSink found = new RecordSink();
    session.store().get(Slice.of(key), found);
    return found.version();
  }

  @Test
  void shouldRefuseBitsThatNoValueCanHave() {
    for (String offset :
        new String[] {"-1", "x", "1.5", "4294967296", "" + 8L * Limits.MAX_VALUE_LENGTH}) {
      assertThat(session.call("SETBIT", "k", offset, "1")).isEqualTo(NO_OFFSET);
      assertThat(session.call("GETBIT", "k", offset)).isEqualTo(NO_OFFSET);
    }
    for (String bit : new String[] {"2", "-1", "x", "9223372036854775808"}) {
      assertThat(session.call("SETBIT", "k", "0", bit))
          .isEqualTo("-ERR bit is not an integer or out of range\r\n");
    }
    assertThat(call("EXISTS k")).isEqualTo(":0\r\n");
    assertThat(call("SETBIT k " + (8L * Limits.MAX_VALUE_LENGTH - 1) + " 1")).isEqualTo(":0\r\n");
    assertThat(call("BITCOUNT k")).isEqualTo(":1\r\n");
    assertThat(call("BITPOS k 1")).isEqualTo(":" + (8L * Limits.MAX_VALUE_LENGTH - 1) + "\r\n");
    assertThat(session.isClosed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "BITCOUNT k, 26",
    "BITCOUNT k 0 0, 4",
    "BITCOUNT k 1 1, 6",
    "BITCOUNT k 1 1 BYTE, 6",
    "BITCOUNT k 5 30 bit, 17",
    "BITCOUNT k 0 -5 BIT, 25",
    "BITCOUNT k -2 -1, 7",
    "BITCOUNT k -1 -2, 0",
    "BITCOUNT k -1 -2 FOO, 0",
    "BITCOUNT k 6 100, 0",
    "BITCOUNT none, 0",
    "BITCOUNT none 0, 0",
    "BITCOUNT none x y z, 0",
  })
  void shouldCountOnes(String command, int ones) {
    session.call("SET", "k", "foobar");
    assertThat(call(command)).isEqualTo(":" + ones + "\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "ff:f0:00, BITPOS k 0, 12",
    "ff:f0:00, BITPOS k 1, 0",
    "00:ff:f0, BITPOS k 1 0, 8",
    "00:ff:f0, BITPOS k 1 2, 16",
    "00:ff:f0, BITPOS k 1 2 -1 BYTE, 16",
    "00:ff:f0, BITPOS k 1 7 15 BIT, 8",
    "00:ff:f0, BITPOS k 1 7 -3 BIT, 8",
    "00:00:00, BITPOS k 1, -1",
    "ff:ff:ff, BITPOS k 0, 24",
    "ff:ff:ff, BITPOS k 0 1, 24",
    "ff:ff:ff, BITPOS k 0 0 -1, -1",
    "ff:ff:ff, BITPOS k 0 5, -1",
    "ff:ff:ff, BITPOS none 0, 0",
    "ff:ff:ff, BITPOS none 1, -1",
    "ff:ff:ff, BITPOS none 0 x y z, 0",
    "0f:ff:ff, BITPOS k 0 -9 -10, 0"
  })
  void shouldFindTheFirstBit(String value, String command, int position) {
    StringBuilder bytes = new StringBuilder();
    for (String hex : value.split(":", -1)) {
      bytes.append((char) Integer.parseInt(hex, 16));
    }
    session.call("SET", "k", bytes.toString());
    assertThat(call(command)).isEqualTo(":" + position + "\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "BITCOUNT k 0, ERR syntax error",
    "BITCOUNT k 0 1 FOO, ERR syntax error",
    "BITCOUNT k 0 1 BIT 1, ERR syntax error",
    "BITCOUNT k x 1, ERR value is not an integer or out of range",
    "BITPOS k 2, ERR The bit argument must be 1 or 0.",
    "BITPOS none x, ERR value is not an integer or out of range",
    "BITPOS k 1 0 1 FOO, ERR syntax error",
    "BITPOS k 1 0 x FOO, ERR syntax error",
    "BITPOS k 1 0 x BIT, ERR value is not an integer or out of range",
    "BITPOS k 1 0 1 BIT 1, ERR syntax error"
  })
  void shouldRefuseWhatIsNoRangeOfAValue(String command, String error) {
    session.call("SET", "k", "v");
    assertThat(call(command)).isEqualTo("-" + error + "\r\n");
  }

  /** Against bit after bit, over ranges whose ends are anywhere in words and bytes. */
  @Test
  void shouldCountAndFindInAnyRange() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] value = new byte[1 + random.nextInt(40)];
      if (random.nextBoolean()) {
        random.nextBytes(value);
      }
      session.call("SET", "k", new String(value, ISO_8859_1));
      int bits = 8 * value.length;
      int first = random.nextInt(bits);
      int last = first + random.nextInt(bits - first);
      int ones = 0;
      int firstOne = -1;
      for (int bit = last; bit >= first; bit--) {
        if ((value[bit / 8] >> (7 - bit % 8) & 1) == 1) {
          ones++;
          firstOne = bit;
        }
      }
      String range = " " + first + " " + last + " BIT";
      assertThat(call("BITCOUNT k" + range)).isEqualTo(":" + ones + "\r\n");
      assertThat(call("BITPOS k 1" + range)).isEqualTo(":" + firstOne + "\r\n");
    }
  }
}
