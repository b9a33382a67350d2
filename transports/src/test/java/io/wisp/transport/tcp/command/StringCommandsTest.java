// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringCommandsTest {

  private static final String OK = "+OK\r\n";
  private static final String ABSENT = "$-1\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  @Test
  void shouldGetWhatWasSet() {
    assertThat(session.call("SET", "k", "value")).isEqualTo(OK);
    assertThat(session.call("GET", "k")).isEqualTo(bulk("value"));
    assertThat(session.call("gEt", "none")).isEqualTo(ABSENT);
  }

  @Test
  void shouldKeepEmptyValuesAndAnyBytes() {
    StringBuilder bytes = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      bytes.append(c);
    }
    assertThat(session.call("SET", bytes.toString(), "")).isEqualTo(OK);
    assertThat(session.call("GET", bytes.toString())).isEqualTo(bulk(""));
    assertThat(session.call("SET", "k", bytes.toString())).isEqualTo(OK);
    assertThat(session.call("GET", "k")).isEqualTo(bulk(bytes.toString()));
  }

  @Test
  void shouldRefuseKeysThatTheStoreCannotHave() {
    String large = "k".repeat(Limits.MAX_KEY_LENGTH + 1);
    for (String command : new String[] {"GET", "STRLEN", "GETDEL", "GETEX", "TTL", "DEL", "TYPE"}) {
      assertThat(session.call(command, "")).startsWith("-KEYEMPTY ");
      assertThat(session.call(command, large)).startsWith("-KEYTOOLARGE ");
    }
    for (String command :
        new String[] {"SET", "SETNX", "GETSET", "APPEND", "MSET", "DELIFEQ", "LCS"}) {
      assertThat(session.call(command, "", "v")).startsWith("-KEYEMPTY ");
      assertThat(session.call(command, large, "v")).startsWith("-KEYTOOLARGE ");
    }
    assertThat(session.call("LCS", "k", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("SETRANGE", "", "1", "v")).startsWith("-KEYEMPTY ");
    assertThat(session.call("SETRANGE", "", "1", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("SETBIT", "", "1", "1")).startsWith("-KEYEMPTY ");
    assertThat(session.call("GETBIT", "", "1")).startsWith("-KEYEMPTY ");
    assertThat(session.call("BITCOUNT", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("BITCOUNT", "", "x", "y")).startsWith("-KEYEMPTY ");
    assertThat(session.call("BITPOS", "", "1")).startsWith("-KEYEMPTY ");
    assertThat(session.call("INCRBYFLOAT", "", "1")).startsWith("-KEYEMPTY ");
    assertThat(session.call("OBJECT", "ENCODING", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("MEMORY", "USAGE", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("EXPIRETIME", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("INCR", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("EXPIRE", "", "1")).startsWith("-KEYEMPTY ");
    assertThat(session.call("PERSIST", "")).startsWith("-KEYEMPTY ");
    assertThat(session.call("MGET", "", "k")).isEqualTo("*2\r\n" + ABSENT + ABSENT);
    assertThat(session.isClosed()).isFalse();
  }

  @Test
  void shouldSetOnlyIfAbsentOrOnlyIfPresent() {
    assertThat(session.call("SET", "k", "1", "XX")).isEqualTo(ABSENT);
    assertThat(session.call("SET", "k", "1", "nx")).isEqualTo(OK);
    assertThat(session.call("SET", "k", "2", "NX")).isEqualTo(ABSENT);
    assertThat(session.call("SET", "k", "3", "xx")).isEqualTo(OK);
    assertThat(session.call("GET", "k")).isEqualTo(bulk("3"));
    assertThat(session.call("SETNX", "k", "4")).isEqualTo(":0\r\n");
    assertThat(session.call("SETNX", "new", "4")).isEqualTo(":1\r\n");
  }

  @Test
  void shouldReturnTheOldValueOfASet() {
    assertThat(session.call("SET", "k", "1", "GET")).isEqualTo(ABSENT);
    assertThat(session.call("SET", "k", "2", "GET")).isEqualTo(bulk("1"));
    assertThat(session.call("SET", "k", "3", "NX", "GET")).isEqualTo(bulk("2"));
    assertThat(session.call("GET", "k")).isEqualTo(bulk("2"));
    assertThat(session.call("SET", "none", "3", "XX", "GET")).isEqualTo(ABSENT);
    assertThat(session.call("EXISTS", "none")).isEqualTo(":0\r\n");
    assertThat(session.call("GETSET", "k", "4")).isEqualTo(bulk("2"));
    assertThat(session.call("GETSET", "other", "5")).isEqualTo(ABSENT);
    assertThat(session.call("MGET", "k", "other")).isEqualTo("*2\r\n" + bulk("4") + bulk("5"));
  }

  @ParameterizedTest
  @CsvSource({"EX,100,100000", "PX,1500,1500", "EXAT,1000000007,7000", "PXAT,1000000000009,9"})
  void shouldLetValuesExpire(String option, String number, long millis) {
    assertThat(session.call("SET", "k", "v", option, number)).isEqualTo(OK);
    assertThat(session.call("PTTL", "k")).isEqualTo(":" + millis + "\r\n");
    session.pass(millis - 1);
    assertThat(session.call("GET", "k")).isEqualTo(bulk("v"));
    session.pass(1);
    assertThat(session.call("GET", "k")).isEqualTo(ABSENT);
    assertThat(session.call("PTTL", "k")).isEqualTo(":-2\r\n");
  }

  @Test
  void shouldKeepTheExpiryOnlyIfAsked() {
    session.call("SETEX", "k", "10", "v");
    assertThat(session.call("SET", "k", "w", "KEEPTTL")).isEqualTo(OK);
    assertThat(session.call("TTL", "k")).isEqualTo(":10\r\n");
    assertThat(session.call("SET", "k", "x")).isEqualTo(OK);
    assertThat(session.call("TTL", "k")).isEqualTo(":-1\r\n");
    session.call("PSETEX", "k", "10000", "v");
    assertThat(session.call("TTL", "k")).isEqualTo(":10\r\n");
    assertThat(session.call("GETSET", "k", "v")).isEqualTo(bulk("v"));
    assertThat(session.call("TTL", "k")).isEqualTo(":-1\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NX XX",
        "XX NX",
        "EX",
        "EX 1 PX 1",
        "IFEQ",
        "NX IFEQ v",
        "IFEQ v XX",
        "IFEQ v IFEQ v",
        "EX 1 KEEPTTL",
        "KEEPTTL EX 1",
        "BOGUS",
        "NXX",
        "1"
      })
  void shouldRefuseOptionsOfSetThatMakeNoSense(String options) {
    String[] words = ("SET k v " + options).split(" ", -1);
    assertThat(session.call(words)).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("EXISTS", "k")).isEqualTo(":0\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "9223372036854775807", "9223372036854775"})
  void shouldRefuseImpossibleExpiries(String seconds) {
    assertThat(session.call("SET", "k", "v", "EX", seconds))
        .isEqualTo("-ERR invalid expire time in 'set' command\r\n");
    assertThat(session.call("SETEX", "k", seconds, "v"))
        .isEqualTo("-ERR invalid expire time in 'setex' command\r\n");
    session.call("SET", "k", "v");
    assertThat(session.call("GETEX", "k", "EX", seconds))
        .isEqualTo("-ERR invalid expire time in 'getex' command\r\n");
    assertThat(session.call("TTL", "k")).isEqualTo(":-1\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "1.5", " 1", "+1", "01", "-0", "9223372036854775808", "1e3"})
  void shouldRefuseWhatIsNoInteger(String number) {
    String error = "-ERR value is not an integer or out of range\r\n";
    assertThat(session.call("SET", "k", "v", "EX", number)).isEqualTo(error);
    assertThat(session.call("SETEX", "k", number, "v")).isEqualTo(error);
    assertThat(session.call("INCRBY", "k", number)).isEqualTo(error);
    assertThat(session.call("DECRBY", "k", number)).isEqualTo(error);
    assertThat(session.call("EXPIRE", "k", number)).isEqualTo(error);
    assertThat(session.call("SELECT", number)).isEqualTo(error);
    session.call("SET", "k", number);
    assertThat(session.call("INCR", "k")).isEqualTo(error);
    assertThat(session.call("GET", "k")).isEqualTo(bulk(number));
  }

  @Test
  void shouldDeleteWhatItReturns() {
    session.call("SET", "k", "v");
    assertThat(session.call("GETDEL", "k")).isEqualTo(bulk("v"));
    assertThat(session.call("GETDEL", "k")).isEqualTo(ABSENT);
  }

  @Test
  void shouldChangeTheExpiryOfWhatItReturns() {
    session.call("SET", "k", "v");
    assertThat(session.call("GETEX", "k")).isEqualTo(bulk("v"));
    assertThat(session.call("GETEX", "k", "EX", "5")).isEqualTo(bulk("v"));
    assertThat(session.call("TTL", "k")).isEqualTo(":5\r\n");
    assertThat(session.call("GETEX", "k")).isEqualTo(bulk("v"));
    assertThat(session.call("TTL", "k")).isEqualTo(":5\r\n");
    assertThat(session.call("GETEX", "k", "PERSIST")).isEqualTo(bulk("v"));
    assertThat(session.call("TTL", "k")).isEqualTo(":-1\r\n");
    assertThat(session.call("GETEX", "k", "EX", "x", "EX", "5")).isEqualTo(bulk("v"));
    assertThat(session.call("GETEX", "k", "PXAT", "1")).isEqualTo(bulk("v"));
    assertThat(session.call("GET", "k")).isEqualTo(ABSENT);
    assertThat(session.call("GETEX", "k", "PERSIST", "1")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("GETEX", "k", "XX")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("GETEX", "none", "EX", "5")).isEqualTo(ABSENT);
    assertThat(session.call("GETEX", "none", "EX", "0")).isEqualTo(ABSENT);
    assertThat(session.call("GETEX", "k", "EX", "5", "PX", "5")).isEqualTo("-ERR syntax error\r\n");
  }

  @Test
  void shouldReadAndWriteManyValues() {
    assertThat(session.call("MSET", "a", "1", "b", "2", "a", "3")).isEqualTo(OK);
    assertThat(session.call("MGET", "a", "none", "b"))
        .isEqualTo("*3\r\n" + bulk("3") + ABSENT + bulk("2"));
    assertThat(session.call("MSET", "a", "1", "b"))
        .isEqualTo("-ERR wrong number of arguments for 'mset' command\r\n");
    assertThat(session.call("GET", "a")).isEqualTo(bulk("3"));
  }

  @Test
  void shouldSetAllKeysOfARequestOrNone() {
    CuckooStore store = CuckooStore.open(1 << 20);
    try (SessionHarness small = new SessionHarness(null, 0, store)) {
      assertThat(small.call("SET", "key7", "old")).isEqualTo(OK);
      String[] words = new String[401];
      words[0] = "MSET";
      for (int i = 0; i < 200; i++) {
        words[2 * i + 1] = "key" + i;
        words[2 * i + 2] = "v".repeat(6_000);
      }
      assertThat(small.call(words))
          .isEqualTo(
              "-OOM command not allowed: the store's memory is full and nothing was changed\r\n");
      assertThat(small.call("DBSIZE")).isEqualTo(":1\r\n");
      assertThat(small.call("GET", "key7")).isEqualTo(bulk("old"));
      words[400] = "";
      words[399] = "";
      assertThat(small.call(words)).startsWith("-KEYEMPTY ");
      assertThat(small.call("DBSIZE")).isEqualTo(":1\r\n");
    }
  }

  @Test
  void shouldSayHowManyKeysOneRequestMaySet() {
    int most = Command.MAX_KEYS;
    assertThat(session.call(pairs(most + 1)))
        .isEqualTo(
            "-ERR too many keys for 'mset' command: 8192 is the most, and nothing was changed\r\n");
    assertThat(session.call("DBSIZE")).isEqualTo(":0\r\n");
    assertThat(session.call(pairs(most))).isEqualTo(OK);
    assertThat(session.call("DBSIZE")).isEqualTo(":" + most + "\r\n");
  }

  private static String[] pairs(int count) {
    String[] words = new String[2 * count + 1];
    words[0] = "MSET";
    for (int i = 0; i < count; i++) {
      words[2 * i + 1] = "key" + i;
      words[2 * i + 2] = "v";
    }
    return words;
  }

  @Test
  void shouldAppendAndMeasure() {
    assertThat(session.call("STRLEN", "k")).isEqualTo(":0\r\n");
    assertThat(session.call("APPEND", "k", "abc")).isEqualTo(":3\r\n");
    session.call("EXPIRE", "k", "100");
    assertThat(session.call("APPEND", "k", "d".repeat(1000))).isEqualTo(":1003\r\n");
    assertThat(session.call("APPEND", "k", "")).isEqualTo(":1003\r\n");
    assertThat(session.call("STRLEN", "k")).isEqualTo(":1003\r\n");
    assertThat(session.call("TTL", "k")).isEqualTo(":100\r\n");
    assertThat(session.call("GET", "k")).isEqualTo(bulk("abc" + "d".repeat(1000)));
  }

  @Test
  void shouldRefuseToAppendBeyondTheLargestValue() {
    String large = "v".repeat(Limits.MAX_VALUE_LENGTH);
    assertThat(session.call("SET", "k", large)).isEqualTo(OK);
    assertThat(session.call("APPEND", "k", "x"))
        .isEqualTo("-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n");
    assertThat(session.call("APPEND", "k", "")).isEqualTo(":" + large.length() + "\r\n");
    assertThat(session.call("GET", "k")).hasSize(large.length() + 13);
  }

  @Test
  void shouldCount() {
    assertThat(session.call("INCR", "n")).isEqualTo(":1\r\n");
    assertThat(session.call("INCRBY", "n", "41")).isEqualTo(":42\r\n");
    assertThat(session.call("DECR", "n")).isEqualTo(":41\r\n");
    assertThat(session.call("DECRBY", "n", "-9")).isEqualTo(":50\r\n");
    assertThat(session.call("GET", "n")).isEqualTo(bulk("50"));
    session.call("EXPIRE", "n", "100");
    assertThat(session.call("INCR", "n")).isEqualTo(":51\r\n");
    assertThat(session.call("TTL", "n")).isEqualTo(":100\r\n");
  }

  @Test
  void shouldCountWithAPoint() {
    assertThat(session.call("INCRBYFLOAT", "n", "10.50")).isEqualTo(bulk("10.5"));
    session.call("EXPIRE", "n", "100");
    assertThat(session.call("INCRBYFLOAT", "n", "0.1")).isEqualTo(bulk("10.6"));
    assertThat(session.call("GET", "n")).isEqualTo(bulk("10.6"));
    assertThat(session.call("TTL", "n")).isEqualTo(":100\r\n");
    session.call("SET", "n", "5.0e3");
    assertThat(session.call("INCRBYFLOAT", "n", "2.0e2")).isEqualTo(bulk("5200"));
    assertThat(session.call("INCR", "n")).isEqualTo(":5201\r\n");
  }

  @Test
  void shouldRefuseToCountWithWhatIsNoFloat() {
    String error = "-ERR value is not a valid float\r\n";
    session.call("SET", "n", "1 ");
    assertThat(session.call("INCRBYFLOAT", "n", "1")).isEqualTo(error);
    session.call("SET", "n", "0".repeat(5119) + "1");
    assertThat(session.call("INCRBYFLOAT", "n", "1")).isEqualTo(error);
    session.call("SET", "n", "0".repeat(5118) + "1");
    assertThat(session.call("INCRBYFLOAT", "n", "1")).isEqualTo(bulk("2"));
    assertThat(session.call("INCRBYFLOAT", "n", "x")).isEqualTo(error);
    assertThat(session.call("INCRBYFLOAT", "n", "0".repeat(5120))).isEqualTo(error);
    assertThat(session.call("INCRBYFLOAT", "n", "inf"))
        .isEqualTo("-ERR increment would produce NaN or Infinity\r\n");
    assertThat(session.call("GET", "n")).isEqualTo(bulk("2"));
  }

  @Test
  void shouldDeleteWhatIsEqualAlone() {
    session.call("SET", "k", "token");
    assertThat(session.call("DELIFEQ", "k", "Token")).isEqualTo(":0\r\n");
    assertThat(session.call("DELIFEQ", "k", "toke")).isEqualTo(":0\r\n");
    assertThat(session.call("GET", "k")).isEqualTo(bulk("token"));
    assertThat(session.call("DELIFEQ", "k", "token")).isEqualTo(":1\r\n");
    assertThat(session.call("DELIFEQ", "k", "token")).isEqualTo(":0\r\n");
    session.call("SET", "k", "");
    assertThat(session.call("DELIFEQ", "k", "")).isEqualTo(":1\r\n");
    assertThat(session.call("DELIFEQ", "", "")).startsWith("-KEYEMPTY ");
  }

  @Test
  void shouldSetOverWhatIsEqualAlone() {
    assertThat(session.call("SET", "k", "2", "IFEQ", "1")).isEqualTo(ABSENT);
    assertThat(session.call("EXISTS", "k")).isEqualTo(":0\r\n");
    session.call("SET", "k", "1", "EX", "100");
    assertThat(session.call("SET", "k", "2", "IFEQ", "0")).isEqualTo(ABSENT);
    assertThat(session.call("SET", "k", "2", "ifeq", "1", "KEEPTTL")).isEqualTo(OK);
    assertThat(session.call("TTL", "k")).isEqualTo(":100\r\n");
    assertThat(session.call("SET", "k", "3", "GET", "IFEQ", "1")).isEqualTo(bulk("2"));
    assertThat(session.call("SET", "k", "3", "IFEQ", "2", "GET", "EX", "7")).isEqualTo(bulk("2"));
    assertThat(session.call("GET", "k")).isEqualTo(bulk("3"));
    assertThat(session.call("TTL", "k")).isEqualTo(":7\r\n");
    assertThat(session.call("SET", "none", "3", "IFEQ", "2", "GET")).isEqualTo(ABSENT);
  }

  @Test
  void shouldRefuseToCountBeyondSixtyFourBits() {
    session.call("SET", "n", "9223372036854775807");
    assertThat(session.call("INCR", "n"))
        .isEqualTo("-ERR increment or decrement would overflow\r\n");
    assertThat(session.call("DECR", "n")).isEqualTo(":9223372036854775806\r\n");
    session.call("SET", "n", "-9223372036854775808");
    assertThat(session.call("DECR", "n"))
        .isEqualTo("-ERR increment or decrement would overflow\r\n");
    assertThat(session.call("INCRBY", "n", "9223372036854775807")).isEqualTo(":-1\r\n");
    assertThat(session.call("DECRBY", "n", "-9223372036854775808"))
        .isEqualTo("-ERR decrement would overflow\r\n");
  }

  @Test
  void shouldSayThatTheStoreIsFullAndLoseNothing() {
    try (SessionHarness small = new SessionHarness(null, 100)) {
      String full =
          "-OOM command not allowed: the store's memory is full and nothing was changed\r\n";
      String large = "x".repeat(200);
      assertThat(small.call("SET", "k", "1")).isEqualTo(OK);
      assertThat(small.call("SET", "k", large)).isEqualTo(full);
      assertThat(small.call("SET", "k", large, "GET")).isEqualTo(full);
      assertThat(small.call("GETSET", "k", large)).isEqualTo(full);
      assertThat(small.call("APPEND", "k", large)).isEqualTo(full);
      assertThat(small.call("SETRANGE", "k", "200", "x")).isEqualTo(full);
      assertThat(small.call("SETBIT", "k", "2000", "1")).isEqualTo(full);
      assertThat(small.call("SETNX", "new", large)).isEqualTo(full);
      assertThat(small.call("MSET", "l", large, "m", "3")).isEqualTo(full);
      assertThat(small.call("MSET", "k", "2", "l", large, "m", "3")).isEqualTo(full);
      assertThat(small.call("MGET", "k", "l", "m"))
          .isEqualTo("*3\r\n" + bulk("1") + ABSENT + ABSENT);
    }
  }
}
