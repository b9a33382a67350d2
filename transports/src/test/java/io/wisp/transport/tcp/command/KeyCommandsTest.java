// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyCommandsTest {

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  /** The bulk strings of a reply. */
  private static Set<String> bulks(String reply) {
    return reply
        .lines()
        .filter(line -> !line.startsWith("*") && !line.startsWith("$"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void shouldDeleteAndCountWhatWasThere() {
    session.call("MSET", "a", "1", "b", "2", "c", "3");
    assertThat(session.call("DEL", "a", "none", "a")).isEqualTo(":1\r\n");
    assertThat(session.call("UNLINK", "b", "c")).isEqualTo(":2\r\n");
    assertThat(session.call("DBSIZE")).isEqualTo(":0\r\n");
  }

  @Test
  void shouldCountWhatExistsAsOftenAsItIsNamed() {
    session.call("SET", "a", "1");
    assertThat(session.call("EXISTS", "a", "none", "a")).isEqualTo(":2\r\n");
    assertThat(session.call("TOUCH", "a", "none")).isEqualTo(":1\r\n");
  }

  @Test
  void shouldTellTheType() {
    session.call("SET", "a", "1");
    assertThat(session.call("TYPE", "a")).isEqualTo("+string\r\n");
    assertThat(session.call("TYPE", "none")).isEqualTo("+none\r\n");
  }

  @Test
  void shouldFlush() {
    session.call("SET", "a", "1");
    assertThat(session.call("FLUSHDB", "ASYNC")).isEqualTo("+OK\r\n");
    assertThat(session.call("DBSIZE")).isEqualTo(":0\r\n");
    assertThat(session.call("FLUSHALL", "NOW")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("FLUSHALL")).isEqualTo("+OK\r\n");
  }

  @Test
  void shouldGiveARandomKey() {
    assertThat(session.call("RANDOMKEY")).isEqualTo("$-1\r\n");
    session.call("SET", "only", "1");
    assertThat(session.call("RANDOMKEY")).isEqualTo("$4\r\nonly\r\n");
  }

  @Test
  void shouldGiveTheKeysThatMatch() {
    session.call("MSET", "key1", "1", "key2", "2", "other", "3");
    assertThat(session.call("KEYS", "nothing*")).isEqualTo("*0\r\n");
    assertThat(bulks(session.call("KEYS", "key?"))).containsExactly("key1", "key2");
    assertThat(bulks(session.call("KEYS", "*"))).containsExactly("key1", "key2", "other");
  }

  @Test
  void shouldWalkOverTheKeysInSteps() {
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 500; i++) {
      session.call("SET", "key" + i, "v");
      expected.add("key" + i);
    }
    Set<String> seen = new TreeSet<>();
    String cursor = "0";
    int steps = 0;
    do {
      String reply = session.call("SCAN", cursor, "COUNT", "37");
      assertThat(reply).startsWith("*2\r\n$");
      cursor = reply.split("\r\n", -1)[2];
      seen.addAll(bulks(reply.substring(reply.indexOf('*', 1))));
      steps++;
    } while (!cursor.equals("0"));
    assertThat(seen).isEqualTo(expected);
    assertThat(steps).isBetween(2, 14);
  }

  @Test
  void shouldFilterAWalk() {
    session.call("MSET", "key1", "1", "key2", "2", "other", "3");
    String match = session.call("SCAN", "0", "MATCH", "*2", "COUNT", "1000");
    assertThat(match).isEqualTo("*2\r\n$1\r\n0\r\n*1\r\n$4\r\nkey2\r\n");
    assertThat(session.call("SCAN", "0", "COUNT", "1000", "TYPE", "list"))
        .isEqualTo("*2\r\n$1\r\n0\r\n*0\r\n");
    assertThat(session.call("SCAN", "0", "COUNT", "1000", "TYPE", "String")).contains("*3\r\n");
  }

  @Test
  void shouldRefuseWalksThatMakeNoSense() {
    assertThat(session.call("SCAN", "x")).isEqualTo("-ERR invalid cursor\r\n");
    assertThat(session.call("SCAN", "-")).isEqualTo("-ERR invalid cursor\r\n");
    assertThat(session.call("SCAN", "18446744073709551616")).isEqualTo("-ERR invalid cursor\r\n");
    assertThat(session.call("SCAN", "0", "COUNT")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("SCAN", "0", "COUNT", "0")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("SCAN", "0", "BOGUS", "1")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("SCAN", "0", "COUNT", "x"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
  }

  @Test
  void shouldEndAStepOfAWalkOverLongKeysEarly() {
    for (int i = 0; i < 40; i++) {
      session.call("SET", i + "k".repeat(60_000), "v");
    }
    String reply = session.call("SCAN", "0", "COUNT", "1000000");
    assertThat(reply.length()).isLessThan(KeyWalk.SCAN_BYTES + 17 * 65_535);
    assertThat(reply).doesNotStartWith("*2\r\n$1\r\n0\r\n");
  }

  @ParameterizedTest
  @CsvSource({"EXPIRE,10,10000", "PEXPIRE,10,10", "EXPIREAT,1000000010,10000"})
  void shouldLetKeysExpire(String command, String time, long millis) {
    assertThat(session.call(command, "k", time)).isEqualTo(":0\r\n");
    session.call("SET", "k", "v");
    assertThat(session.call(command, "k", time)).isEqualTo(":1\r\n");
    assertThat(session.call("PTTL", "k")).isEqualTo(":" + millis + "\r\n");
    session.pass(millis);
    assertThat(session.call("EXISTS", "k")).isEqualTo(":0\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "EXPIRE,0",
    "EXPIRE,-1",
    "PEXPIRE,-999999999999999",
    "PEXPIRE,-9223372036854775808",
    "EXPIREAT,1",
    "PEXPIREAT,-1"
  })
  void shouldDeleteWhatExpiresInThePast(String command, String time) {
    session.call("SET", "k", "v");
    assertThat(session.call(command, "k", time)).isEqualTo(":1\r\n");
    assertThat(session.call("GET", "k")).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldRefuseExpiriesThatOverflow() {
    session.call("SET", "k", "v");
    assertThat(session.call("EXPIRE", "k", "9223372036854775807"))
        .isEqualTo("-ERR invalid expire time in 'expire' command\r\n");
    assertThat(session.call("PEXPIRE", "k", "9223372036854775807"))
        .isEqualTo("-ERR invalid expire time in 'pexpire' command\r\n");
    assertThat(session.call("EXPIREAT", "k", "-9223372036854775808"))
        .isEqualTo("-ERR invalid expire time in 'expireat' command\r\n");
  }

  @Test
  void shouldChangeAnExpiryOnConditions() {
    session.call("SET", "k", "v");
    assertThat(session.call("EXPIRE", "k", "10", "XX")).isEqualTo(":0\r\n");
    assertThat(session.call("EXPIRE", "k", "10", "GT")).isEqualTo(":0\r\n");
    assertThat(session.call("EXPIRE", "k", "10", "LT")).isEqualTo(":1\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "NX")).isEqualTo(":0\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "LT")).isEqualTo(":0\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "gt", "xx")).isEqualTo(":1\r\n");
    assertThat(session.call("TTL", "k")).isEqualTo(":20\r\n");
    assertThat(session.call("GET", "k")).isEqualTo("$1\r\nv\r\n");
    assertThat(session.call("EXPIRE", "none", "20", "NX")).isEqualTo(":0\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "NX", "GT"))
        .isEqualTo("-ERR NX and XX, GT or LT options at the same time are not compatible\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "LT", "GT"))
        .isEqualTo("-ERR GT and LT options at the same time are not compatible\r\n");
    assertThat(session.call("EXPIRE", "k", "20", "ZZ")).isEqualTo("-ERR Unsupported option ZZ\r\n");
  }

  @Test
  void shouldPersistWhatExpires() {
    session.call("SET", "k", "v");
    assertThat(session.call("PERSIST", "k")).isEqualTo(":0\r\n");
    session.call("EXPIRE", "k", "10");
    assertThat(session.call("PERSIST", "k")).isEqualTo(":1\r\n");
    assertThat(session.call("TTL", "k")).isEqualTo(":-1\r\n");
    assertThat(session.call("PERSIST", "none")).isEqualTo(":0\r\n");
  }

  @Test
  void shouldTellWhenAKeyExpires() {
    session.call("SET", "k", "v", "PXAT", "1000000005500");
    assertThat(session.call("PEXPIRETIME", "k")).isEqualTo(":1000000005500\r\n");
    assertThat(session.call("EXPIRETIME", "k")).isEqualTo(":1000000006\r\n");
    session.call("PEXPIREAT", "k", "1000000005499");
    assertThat(session.call("EXPIRETIME", "k")).isEqualTo(":1000000005\r\n");
    session.call("PEXPIREAT", "k", "9223372036854775807");
    assertThat(session.call("EXPIRETIME", "k")).isEqualTo(":9223372036854776\r\n");
    session.call("PERSIST", "k");
    assertThat(session.call("EXPIRETIME", "k")).isEqualTo(":-1\r\n");
    assertThat(session.call("PEXPIRETIME", "k")).isEqualTo(":-1\r\n");
    assertThat(session.call("EXPIRETIME", "none")).isEqualTo(":-2\r\n");
    assertThat(session.call("PEXPIRETIME", "none")).isEqualTo(":-2\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "12345, int",
    "-9223372036854775808, int",
    "9223372036854775808, embstr",
    "012, embstr",
    "'', embstr",
    "12345678901234567890123456789012345678901234, embstr",
    "123456789012345678901234567890123456789012345, raw"
  })
  void shouldTellHowRedisKeepsAValue(String value, String encoding) {
    session.call("SET", "k", value);
    assertThat(session.call("OBJECT", "ENCODING", "k"))
        .isEqualTo("$" + encoding.length() + "\r\n" + encoding + "\r\n");
  }

  @Test
  void shouldTellOfAValueWhatIsTrue() {
    session.call("SET", "k", "v");
    assertThat(session.call("OBJECT", "REFCOUNT", "k")).isEqualTo(":1\r\n");
    assertThat(session.call("OBJECT", "FREQ", "k"))
        .startsWith("-ERR An LFU maxmemory policy is not selected, access frequency not tracked.");
    assertThat(session.call("OBJECT", "IDLETIME", "k")).isEqualTo("-ERR idle time not tracked\r\n");
    for (String subcommand : new String[] {"ENCODING", "REFCOUNT", "FREQ", "IDLETIME"}) {
      assertThat(session.call("OBJECT", subcommand, "none")).isEqualTo("$-1\r\n");
    }
    assertThat(session.call("OBJECT", "FREQ"))
        .isEqualTo("-ERR wrong number of arguments for 'object|freq' command\r\n");
    assertThat(session.call("OBJECT", "FOO", "k"))
        .isEqualTo("-ERR unknown subcommand 'FOO'. Try OBJECT HELP.\r\n");
    assertThat(session.call("OBJECT", "HELP")).startsWith("*6\r\n").contains("REFCOUNT: ");
  }

  @Test
  void shouldTellWhatMemoryAKeyTakes() {
    session.call("SET", "k", "value");
    assertThat(session.call("MEMORY", "USAGE", "k")).isEqualTo(":6\r\n");
    assertThat(session.call("MEMORY", "USAGE", "k", "SAMPLES", "0", "samples", "5"))
        .isEqualTo(":6\r\n");
    assertThat(session.call("MEMORY", "USAGE", "none")).isEqualTo("$-1\r\n");
    String syntax = "-ERR syntax error\r\n";
    assertThat(session.call("MEMORY", "USAGE", "k", "SAMPLES")).isEqualTo(syntax);
    assertThat(session.call("MEMORY", "USAGE", "k", "SAMPLES", "-1")).isEqualTo(syntax);
    assertThat(session.call("MEMORY", "USAGE", "k", "FOO", "1")).isEqualTo(syntax);
    assertThat(session.call("MEMORY", "USAGE", "k", "SAMPLES", "x"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
    try (SessionHarness real = new SessionHarness(null, 0, CuckooStore.open(1 << 20))) {
      real.call("SET", "k", "value");
      // A head of 24 bytes, and 6 bytes in 8.
      assertThat(real.call("MEMORY", "USAGE", "k")).isEqualTo(":32\r\n");
    }
  }
}
