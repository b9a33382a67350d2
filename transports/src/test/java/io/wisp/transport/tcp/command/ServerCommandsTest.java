// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerCommandsTest {

  private static final String OK = "+OK\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void shouldTellTheTimeByTheClockOfExpiries() {
    session.pass(7_012);
    assertThat(session.call("TIME")).isEqualTo("*2\r\n$10\r\n1000000007\r\n$5\r\n12000\r\n");
    session.pass(988);
    assertThat(session.call("TIME")).isEqualTo("*2\r\n$10\r\n1000000008\r\n$1\r\n0\r\n");
  }

  @Test
  void shouldNotWaitForReplicas() {
    assertThat(session.call("WAIT", "0", "0")).isEqualTo(":0\r\n");
    assertThat(session.call("WAIT", "5", "100000")).isEqualTo(":0\r\n");
    assertThat(session.call("WAIT", "x", "0"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
    assertThat(session.call("WAIT", "0", "x"))
        .isEqualTo("-ERR timeout is not an integer or out of range\r\n");
    assertThat(session.call("WAIT", "0", "-1")).isEqualTo("-ERR timeout is negative\r\n");
  }

  /** Name, arity, flags, first and last key, and step between keys. */
  @Test
  void shouldTellWhereTheKeysOfACommandAre() {
    assertThat(session.call("COMMAND", "INFO", "lcs"))
        .contains("$3\r\nlcs\r\n:-3\r\n*1\r\n+readonly\r\n:1\r\n:2\r\n:1\r\n");
    assertThat(session.call("COMMAND", "INFO", "setrange"))
        .contains("$8\r\nsetrange\r\n:4\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n");
    assertThat(session.call("COMMAND", "INFO", "watch"))
        .contains("$5\r\nwatch\r\n:-2\r\n*1\r\n+loading\r\n:1\r\n:-1\r\n:1\r\n");
    assertThat(session.call("COMMAND", "INFO", "exec"))
        .contains("$4\r\nexec\r\n:1\r\n*1\r\n+loading\r\n:0\r\n:0\r\n:0\r\n");
    assertThat(session.call("COMMAND", "INFO", "rename"))
        .contains("$6\r\nrename\r\n:3\r\n*1\r\n+write\r\n:1\r\n:2\r\n:1\r\n");
    assertThat(session.call("COMMAND", "DOCS", "exec")).contains("$12\r\ntransactions\r\n");
    assertThat(session.call("COMMAND", "INFO", "object"))
        .contains("$6\r\nobject\r\n:-2\r\n*1\r\n+loading\r\n:0\r\n:0\r\n:0\r\n")
        .contains(
            "$15\r\nobject|encoding\r\n:3\r\n*1\r\n+readonly\r\n:2\r\n:2\r\n:1\r\n*0\r\n*0\r\n*0\r\n*0\r\n",
            "$11\r\nobject|help\r\n:2\r\n*1\r\n+loading\r\n:0\r\n:0\r\n:0\r\n");
  }

  @Test
  void shouldTellWhichArgumentsACommandTakes() {
    assertThat(session.call("COMMAND", "DOCS", "rename"))
        .endsWith(
            lines(
                "$9 arguments *2",
                "*6 $4 name $3 key $4 type $3 key $14 key_spec_index :0",
                "*6 $4 name $6 newkey $4 type $3 key $14 key_spec_index :1"));
    session.call("HELLO", "3");
    assertThat(session.call("COMMAND", "DOCS", "command|list"))
        .startsWith(lines("%1 $12 command|list %3 $7 summary"))
        .contains(
            lines(
                "$9 arguments *1",
                "%5 $4 name $8 filterby $4 type $5 oneof $5 token $8 FILTERBY",
                "$5 flags ~1 +optional",
                "$9 arguments *3",
                "%3 $4 name $11 module-name $4 type $6 string $5 token $6 MODULE"));
    assertThat(session.call("COMMAND", "DOCS", "info"))
        .endsWith(lines("$4 type $6 string $5 flags ~2 +optional +multiple"));
    assertThat(session.call("COMMAND", "DOCS", "time")).startsWith(lines("%1 $4 time %2"));
    assertThat(session.call("COMMAND", "DOCS", "slowlog"))
        .startsWith(lines("%1 $7 slowlog %3"))
        .contains(lines("$11 subcommands %4 $11 slowlog|get %3"), lines("$11 slowlog|len %2"));
  }

  private static String lines(String... words) {
    return String.join(" ", words).replace(" ", "\r\n") + "\r\n";
  }

  @Test
  void shouldTellOfSubcommandsByTheirNames() {
    assertThat(session.call("COMMAND", "INFO", "Object|Encoding", "object|", "get|x"))
        .startsWith(lines("*3 *10 $15 object|encoding :3"))
        .endsWith(lines("$-1 $-1"));
    assertThat(session.call("COMMAND", "DOCS", "object|", "get|x", "object|FREQ"))
        .startsWith(lines("*2 $11 object|freq *6 $7 summary"));
  }

  @Test
  void shouldTellOfTheMemory() {
    String nothing = session.call("MEMORY", "STATS");
    assertThat(nothing)
        .contains(lines("$10 keys.count :0 $18 keys.bytes-per-key :0"))
        .doesNotContain("db.0", "percentage");
    session.call("SET", "k", "v");
    session.call("HELLO", "3");
    long bytes = session.store().statistics().recordBytes();
    assertThat(session.call("MEMORY", "STATS"))
        .startsWith(lines("%14 $14 peak.allocated :" + bytes + " $15 total.allocated :" + bytes))
        .contains(
            lines(
                "$4 db.0 %3 $23 overhead.hashtable.main :0 $26 overhead.hashtable.expires :0",
                "$31 overhead.hashtable.slot-to-keys :0 $14 overhead.total :0",
                "$10 keys.count :1 $18 keys.bytes-per-key :" + bytes,
                "$13 dataset.bytes :" + bytes + " $18 dataset.percentage ,100.0"));
  }

  @Test
  void shouldChangeParameters() {
    assertThat(session.call("CONFIG", "SET", "MaxClients", "5", "slowlog-max-len", "3"))
        .isEqualTo(OK);
    assertThat(session.call("CONFIG", "GET", "maxclients"))
        .isEqualTo("*2\r\n$10\r\nmaxclients\r\n$1\r\n5\r\n");
    assertThat(session.slowLog().maxLength()).isEqualTo(3);
  }

  @Test
  void shouldTakeTheValueThatAFixedParameterHas() {
    assertThat(session.call("CONFIG", "SET", "save", "")).isEqualTo(OK);
    assertThat(session.call("CONFIG", "SET", "save", "900 1"))
        .isEqualTo(
            "-ERR CONFIG SET failed (possibly related to argument 'save') - can't set immutable"
                + " config\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "maxclients abc | maxclients | argument couldn't be parsed into an integer",
        "maxclients 1x | maxclients | argument couldn't be parsed into an integer",
        "maxclients 9999999999999999999 | maxclients | argument couldn't be parsed into an integer",
        "maxclients 0 | maxclients | argument must be between 1 and 4294967295 inclusive",
        "maxclients 1 maxclients 2 | maxclients | duplicate parameter",
        "maxclients 1 slowlog-max-len -1 | slowlog-max-len"
            + " | argument must be between 0 and 8192 inclusive",
      })
  void shouldChangeNothingIfAValueIsWrong(String pairs, String parameter, String reason) {
    String before = session.call("CONFIG", "GET", "*");
    assertThat(session.call(("CONFIG SET " + pairs).split(" ", -1)))
        .isEqualTo(
            "-ERR CONFIG SET failed (possibly related to argument '"
                + parameter
                + "') - "
                + reason
                + "\r\n");
    assertThat(session.call("CONFIG", "GET", "*")).isEqualTo(before);
  }

  @Test
  void shouldKnowWhichParametersThereAre() {
    assertThat(session.call("CONFIG", "SET", "maxclients", "1", "Foo", "1"))
        .isEqualTo("-ERR Unknown option or number of arguments for CONFIG SET - 'Foo'\r\n");
    assertThat(session.call("CONFIG", "SET", "save", "", "x")).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("CONFIG", "SET", "save"))
        .isEqualTo("-ERR wrong number of arguments for 'config|set' command\r\n");
  }

  @Test
  void shouldResetStatistics() {
    assertThat(session.call("CONFIG", "RESETSTAT")).isEqualTo(OK);
    assertThat(session.resets()).isOne();
    assertThat(session.call("CONFIG", "REWRITE"))
        .isEqualTo("-ERR The server is running without a config file\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET a | *1 $1 a",
        "MSET a b c d | *2 $1 a $1 c",
        "MSETNX a b c d | *2 $1 a $1 c",
        "WATCH a b | *2 $1 a $1 b",
        "RENAME a b | *2 $1 a $1 b",
        "COPY a b REPLACE | *2 $1 a $1 b",
        "MULTI x | -ERR The command has no key arguments",
        "MSET a b c | *2 $1 a $1 c",
        "mget a b | *2 $1 a $1 b",
        "SET a b | *1 $1 a",
        "PING x | -ERR The command has no key arguments",
        "SCAN 0 | -ERR The command has no key arguments",
        "FOO x | -ERR Invalid command specified",
        "GET a b | -ERR Invalid number of arguments specified for command",
        "MSET a | -ERR Invalid number of arguments specified for command",
        "OBJECT ENCODING k | *1 $1 k",
        "object freq k | *1 $1 k",
        "MEMORY USAGE k SAMPLES 5 | *1 $1 k",
        "OBJECT ENCODING | -ERR Invalid number of arguments specified for command",
        "OBJECT ENCODING k x | -ERR Invalid number of arguments specified for command",
        "OBJECT HELP x | -ERR The command has no key arguments",
        "OBJECT FOO k | -ERR Invalid command specified",
        "CLIENT LIST | -ERR The command has no key arguments",
        "CLIENT FOO | -ERR Invalid command specified",
        "COMMAND GETKEYS GET a | -ERR The command has no key arguments",
      })
  void shouldFindTheKeysOfACommand(String command, String reply) {
    String expected = reply.startsWith("-") ? reply + "\r\n" : reply.replace(" ", "\r\n") + "\r\n";
    assertThat(session.call(("COMMAND GETKEYS " + command).split(" ", -1))).isEqualTo(expected);
  }

  @Test
  void shouldListCommandsByAFilter() {
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "PATTERN", "MGE[ST]"))
        .isEqualTo("*1\r\n$4\r\nmget\r\n");
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "MODULE", "json")).isEqualTo("*0\r\n");
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "foo")).isEqualTo("*0\r\n");
    assertThat(session.call("COMMAND", "LIST", "filterby", "aclcat", "read"))
        .contains("\r\nget\r\n", "\r\nkeys\r\n")
        .doesNotContain("\r\nset\r\n", "\r\ninfo\r\n");
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "keyspace"))
        .contains("\r\nflushall\r\n", "\r\ndel\r\n")
        .doesNotContain("\r\nget\r\n");
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "transaction"))
        .isEqualTo(
            "*5\r\n$5\r\nmulti\r\n$4\r\nexec\r\n$7\r\ndiscard\r\n$7\r\nunwatch\r\n$5\r\nwatch\r\n");
    String syntax = "-ERR syntax error\r\n";
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "FOO", "x")).isEqualTo(syntax);
    assertThat(session.call("COMMAND", "LIST", "FILTERBY", "PATTERN")).isEqualTo(syntax);
    assertThat(session.call("COMMAND", "LIST", "FOO", "PATTERN", "x")).isEqualTo(syntax);
  }

  @Test
  void shouldCountWhatReadersFindAsRedisDoes() {
    session.call("SET", "k", "v", "EX", "100");
    session.call("GET", "k");
    session.call("GET", "none");
    session.call("MGET", "k", "none", "k");
    session.call("EXISTS", "k", "none");
    session.call("STRLEN", "k");
    session.call("TTL", "none");
    session.call("TYPE", "k");
    session.call("GETSET", "k", "w");
    session.call("GETDEL", "none");
    session.call("GETEX", "k", "PERSIST");
    session.call("INCR", "n");
    session.call("DEL", "n", "none");
    session.call("WATCH", "k", "none");
    session.call("RENAME", "k", "m");
    session.call("MSETNX", "m", "1", "none", "2");
    session.call("COPY", "m", "k");
    session.call("COPY", "none", "k");
    assertThat(session.traffic().hits()).isEqualTo(1 + 2 + 1 + 1 + 1 + 1 + 1 + 1);
    assertThat(session.traffic().misses()).isEqualTo(1 + 1 + 1 + 1 + 1 + 1);
  }

  @Test
  void shouldHaveNoReplicas() {
    assertThat(session.call("ROLE")).isEqualTo("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
  }

  /** What tools ask at their start. */
  @Test
  void shouldTellOfUsersModulesAndChannels() {
    assertThat(session.call("ACL", "WHOAMI")).isEqualTo("$7\r\ndefault\r\n");
    assertThat(session.call("MODULE", "LIST")).isEqualTo("*0\r\n");
    assertThat(session.call("PUBSUB", "CHANNELS")).isEqualTo("*0\r\n");
    assertThat(session.call("PUBSUB", "NUMPAT")).isEqualTo(":0\r\n");
    assertThat(session.call("PUBSUB", "NUMSUB", "a", "b"))
        .isEqualTo("*4\r\n$1\r\na\r\n:0\r\n$1\r\nb\r\n:0\r\n");
  }

  @Test
  void shouldHaveSavedLastWhenItWasStarted() {
    String started = session.call("LASTSAVE");
    assertThat(started).isEqualTo(":1000000000\r\n");
    session.pass(5_999);
    assertThat(session.call("LASTSAVE")).isEqualTo(started);
  }

  @Test
  void shouldShowAWisp() {
    assertThat(session.call("LOLWUT")).contains("Redis ver. 7.0.15\n");
    assertThat(session.call("LOLWUT", "VERSION", "5", "1")).startsWith("$");
    assertThat(session.call("LOLWUT", "VERSION", "x"))
        .isEqualTo("-ERR value is not an integer or out of range\r\n");
  }
}
