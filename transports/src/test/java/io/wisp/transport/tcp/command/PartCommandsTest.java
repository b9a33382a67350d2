// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GETRANGE, SUBSTR, SETRANGE and LCS. */
class PartCommandsTest {

  private static final String TOO_LONG =
      "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  private String call(String words) {
    return session.call(words.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "0, -1, 'This is a string'",
    "0, 3, This",
    "-3, -1, ing",
    "10, 100, string",
    "15, 15, g",
    "16, 20, ''",
    "5, 3, ''",
    "-1, -5, ''",
    "-100, -50, 'T'",
    "-50, -100, ''",
    "0, -100, T",
    "-9223372036854775808, 9223372036854775807, 'This is a string'"
  })
  void shouldReturnAPartOfAValue(String start, String end, String part) {
    session.call("SET", "k", "This is a string");
    assertThat(session.call("GETRANGE", "k", start, end)).isEqualTo(bulk(part));
    assertThat(session.call("SUBSTR", "k", start, end)).isEqualTo(bulk(part));
    assertThat(session.call("GETRANGE", "none", start, end)).isEqualTo(bulk(""));
  }

  @Test
  void shouldRefuseAPartThatIsNoRange() {
    String error = "-ERR value is not an integer or out of range\r\n";
    assertThat(call("GETRANGE k a 1")).isEqualTo(error);
    assertThat(call("GETRANGE k 1 1.5")).isEqualTo(error);
    assertThat(session.call("GETRANGE", "", "0", "1")).startsWith("-KEYEMPTY ");
  }

  @Test
  void shouldOverwriteAPartOfAValueAndKeepItsExpiry() {
    session.call("SET", "k", "Hello World", "EX", "100");
    assertThat(call("SETRANGE k 6 Redis!!")).isEqualTo(":13\r\n");
    assertThat(call("GET k")).isEqualTo(bulk("Hello Redis!!"));
    assertThat(call("SETRANGE k 0 J")).isEqualTo(":13\r\n");
    assertThat(call("GET k")).isEqualTo(bulk("Jello Redis!!"));
    assertThat(call("TTL k")).isEqualTo(":100\r\n");
  }

  @Test
  void shouldPutZerosBeforeAPartThatIsBehindTheValue() {
    session.call("SET", "k", "x".repeat(300));
    session.call("GET", "k");
    assertThat(call("SETRANGE new 3 abc")).isEqualTo(":6\r\n");
    assertThat(call("GET new")).isEqualTo(bulk("\0\0\0abc"));
    assertThat(call("SETRANGE new 8 d")).isEqualTo(":9\r\n");
    assertThat(call("GET new")).isEqualTo(bulk("\0\0\0abc\0\0d"));
  }

  @Test
  void shouldWriteNothingForAnEmptyPart() {
    assertThat(call("SETRANGE none 5 ")).isEqualTo(":0\r\n");
    assertThat(call("EXISTS none")).isEqualTo(":0\r\n");
    session.call("SET", "k", "abc");
    assertThat(call("SETRANGE k 9223372036854775807 ")).isEqualTo(":3\r\n");
  }

  @Test
  void shouldOverwriteNothingBeyondTheLargestValue() {
    assertThat(call("SETRANGE k -1 a")).isEqualTo("-ERR offset is out of range\r\n");
    assertThat(call("SETRANGE k x a"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
    assertThat(call("SETRANGE k 9223372036854775807 a")).isEqualTo(TOO_LONG);
    assertThat(call("SETRANGE k " + Limits.MAX_VALUE_LENGTH + " a")).isEqualTo(TOO_LONG);
    assertThat(call("EXISTS k")).isEqualTo(":0\r\n");
    assertThat(call("SETRANGE k " + (Limits.MAX_VALUE_LENGTH - 1) + " a"))
        .isEqualTo(":" + Limits.MAX_VALUE_LENGTH + "\r\n");
    assertThat(call("GETRANGE k -2 -1")).isEqualTo(bulk("\0a"));
    assertThat(session.isClosed()).isFalse();
  }

  @Test
  void shouldFindTheLongestCommonSubsequence() {
    call("MSET a ohmytext b mynewtext");
    assertThat(call("LCS a b")).isEqualTo(bulk("mytext"));
    assertThat(call("LCS a b LEN")).isEqualTo(":6\r\n");
    assertThat(call("LCS a none")).isEqualTo(bulk(""));
    assertThat(call("LCS a none LEN")).isEqualTo(":0\r\n");
    assertThat(call("LCS a a")).isEqualTo(bulk("ohmytext"));
  }

  @Test
  void shouldTellWhereTheMatchesAre() {
    call("MSET a ohmytext b mynewtext");
    String text = "*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n";
    String my = "*2\r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n";
    String length = bulk("len") + ":6\r\n";
    String head = "*4\r\n" + bulk("matches");
    assertThat(call("LCS a b IDX"))
        .isEqualTo(head + "*2\r\n*2\r\n" + text + "*2\r\n" + my + length);
    assertThat(call("LCS a b IDX MINMATCHLEN 4")).isEqualTo(head + "*1\r\n*2\r\n" + text + length);
    assertThat(call("LCS a b IDX WITHMATCHLEN"))
        .isEqualTo(head + "*2\r\n*3\r\n" + text + ":4\r\n*3\r\n" + my + ":2\r\n" + length);
    assertThat(call("LCS a b IDX MINMATCHLEN -5 MINMATCHLEN 5"))
        .isEqualTo(head + "*0\r\n" + length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FOO", "MINMATCHLEN", "LEN LEN FOO"})
  void shouldRefuseOptionsOfLcsThatMakeNoSense(String options) {
    assertThat(call("LCS a b " + options)).isEqualTo("-ERR syntax error\r\n");
    assertThat(call("LCS a b IDX LEN"))
        .isEqualTo("-ERR If you want both the length and indexes, please just use IDX.\r\n");
    assertThat(call("LCS a b MINMATCHLEN x"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
  }

  /** A long one is done in steps, in which others have their turns, and gives all memory back. */
  @Test
  void shouldFindALongSubsequenceInSteps() {
    session.call("SET", "a", "ab".repeat(2000));
    session.call("SET", "b", "b".repeat(3900));
    int turns = session.turns();
    assertThat(call("LCS a b")).isEqualTo(bulk("b".repeat(2000)));
    assertThat(session.turns() - turns).isGreaterThan(10);
  }

  @Test
  void shouldRefuseALcsThatNeedsTooMuchMemory() {
    String error =
        "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n";
    session.call("SET", "a", "a".repeat(4096));
    assertThat(call("LCS a a")).isEqualTo(error);
    session.call("SET", "long", "a".repeat(20 << 20));
    assertThat(call("LCS long none")).isEqualTo(error);
    assertThat(call("LCS none long")).isEqualTo(error);
    assertThat(session.isClosed()).isFalse();
  }
}
