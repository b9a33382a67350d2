// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.transport.tcp.session.SessionHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RENAME, RENAMENX, COPY and MSETNX. */
class TransferCommandsTest {

  private static final String OK = "+OK\r\n";
  private static final String YES = ":1\r\n";
  private static final String NO = ":0\r\n";
  private static final String NO_SUCH_KEY = "-ERR no such key\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private String line(String line) {
    return session.call(line.split(" ", -1));
  }

  private String values() {
    return session.call("MGET", "a", "b").replace("\r\n", " ");
  }

  @Test
  void shouldGiveAKeyAnotherName() {
    line("SET a 1");
    assertThat(line("RENAME a b")).isEqualTo(OK);
    assertThat(values()).isEqualTo("*2 $-1 $1 1 ");
    line("SET a 22");
    assertThat(line("RENAME a b")).isEqualTo(OK);
    assertThat(values()).isEqualTo("*2 $-1 $2 22 ");
    assertThat(line("RENAME a b")).isEqualTo(NO_SUCH_KEY);
    assertThat(values()).isEqualTo("*2 $-1 $2 22 ");
  }

  @Test
  void shouldGiveAKeyANameThatIsFree() {
    line("MSET a 1 b 2");
    assertThat(line("RENAMENX a b")).isEqualTo(NO);
    assertThat(values()).isEqualTo("*2 $1 1 $1 2 ");
    line("DEL b");
    assertThat(line("RENAMENX a b")).isEqualTo(YES);
    assertThat(values()).isEqualTo("*2 $-1 $1 1 ");
    assertThat(line("RENAMENX a b")).isEqualTo(NO_SUCH_KEY);
  }

  @Test
  void shouldCopyAValue() {
    line("SET a 1");
    assertThat(line("COPY a b")).isEqualTo(YES);
    assertThat(values()).isEqualTo("*2 $1 1 $1 1 ");
    line("SET a 2");
    assertThat(line("COPY a b")).isEqualTo(NO);
    assertThat(line("COPY a b DB 0")).isEqualTo(NO);
    assertThat(values()).isEqualTo("*2 $1 2 $1 1 ");
    assertThat(line("copy a b replace db 0 REPLACE")).isEqualTo(YES);
    assertThat(values()).isEqualTo("*2 $1 2 $1 2 ");
    assertThat(line("COPY none b REPLACE")).isEqualTo(NO);
    assertThat(values()).isEqualTo("*2 $1 2 $1 2 ");
  }

  @Test
  void shouldTakeTheExpiryAlong() {
    line("SET a 1 PX 5000");
    line("SET b 2 PX 9000");
    assertThat(line("RENAME a b")).isEqualTo(OK);
    assertThat(line("PTTL b")).isEqualTo(":5000\r\n");
    assertThat(line("COPY b a")).isEqualTo(YES);
    assertThat(line("PTTL a")).isEqualTo(":5000\r\n");
    line("SET a 1");
    assertThat(line("COPY a b REPLACE")).isEqualTo(YES);
    assertThat(line("PTTL b")).isEqualTo(":-1\r\n");
    line("SET a 1 PX 5000");
    session.pass(5000);
    assertThat(line("RENAME a b")).isEqualTo(NO_SUCH_KEY);
    assertThat(line("COPY a b")).isEqualTo(NO);
    assertThat(line("COPY b a")).isEqualTo(YES);
  }

  @ParameterizedTest
  @CsvSource({
    "RENAME a a, +OK",
    "RENAMENX a a, :0",
    "RENAME none none, -ERR no such key",
    "RENAMENX none none, -ERR no such key",
    "COPY a a, -ERR source and destination objects are the same",
    "COPY none none, -ERR source and destination objects are the same",
    "COPY a b DB, -ERR syntax error",
    "COPY a b FOO, -ERR syntax error",
    "COPY a b DB x, -ERR value is not an integer or out of range",
    "COPY a b DB 1, -ERR DB index is out of range",
    "COPY a b DB -1, -ERR DB index is out of range",
    "COPY a a DB 1, -ERR DB index is out of range",
    "RENAME a, -ERR wrong number of arguments for 'rename' command",
    "MSETNX b 1 a, -ERR wrong number of arguments for 'msetnx' command",
    "MSETNX b 1 a 2, :0"
  })
  void shouldAnswerAsRedisDoesAndChangeNothing(String command, String reply) {
    line("SET a 1");
    assertThat(line(command)).isEqualTo(reply + "\r\n");
    assertThat(values()).isEqualTo("*2 $1 1 $-1 ");
  }

  @Test
  void shouldSayWhichKeysCannotBe() {
    line("SET a 1");
    String large = "k".repeat(Limits.MAX_KEY_LENGTH + 1);
    for (String command : new String[] {"RENAME", "RENAMENX", "COPY"}) {
      assertThat(session.call(command, "a", "")).startsWith("-KEYEMPTY ");
      assertThat(session.call(command, "", "b")).startsWith("-KEYEMPTY ");
      assertThat(session.call(command, "a", large)).startsWith("-KEYTOOLARGE ");
      assertThat(session.call(command, large, "b")).startsWith("-KEYTOOLARGE ");
    }
    assertThat(session.call("MSETNX", "b", "1", "", "2")).startsWith("-KEYEMPTY ");
    assertThat(values()).isEqualTo("*2 $1 1 $-1 ");
  }

  @Test
  void shouldMoveNothingIfThereIsNoMemory() {
    try (SessionHarness full = new SessionHarness(null, 150)) {
      full.call("SET", "a", "v".repeat(100));
      assertThat(full.call("COPY", "a", "b")).startsWith("-OOM ");
      assertThat(full.call("RENAME", "a", "b")).startsWith("-OOM ");
      assertThat(full.call("RENAMENX", "a", "b")).startsWith("-OOM ");
      assertThat(full.call("STRLEN", "a")).isEqualTo(":100\r\n");
      assertThat(full.call("EXISTS", "b")).isEqualTo(NO);
    }
  }

  @Test
  void shouldMoveTheLongestValue() {
    String value = "v".repeat(Limits.MAX_VALUE_LENGTH);
    session.call("SET", "a", value);
    assertThat(line("RENAME a b")).isEqualTo(OK);
    assertThat(line("STRLEN b")).isEqualTo(":67108864\r\n");
  }

  @Test
  void shouldSetManyValuesIfAllKeysAreAbsent() {
    assertThat(line("MSETNX a 1 b 2")).isEqualTo(YES);
    assertThat(line("MSETNX c 1 b 3")).isEqualTo(NO);
    assertThat(line("EXISTS c")).isEqualTo(NO);
    assertThat(values()).isEqualTo("*2 $1 1 $1 2 ");
    line("DEL a b");
    assertThat(line("MSETNX a 1 a 2")).isEqualTo(YES);
    assertThat(values()).isEqualTo("*2 $1 2 $-1 ");
  }

  @Test
  void shouldDoAllOfItWithinATransaction() {
    line("SET a 1 PX 5000");
    for (String command :
        new String[] {
          "MULTI",
          "RENAME a b",
          "RENAME a b",
          "COPY b a",
          "RENAMENX b a",
          "MSETNX c 1 a 2",
          "SET a 7",
          "COPY a b REPLACE",
          "MSETNX c 1 d 2",
          "PTTL b"
        }) {
      line(command);
    }
    assertThat(line("EXEC"))
        .isEqualTo("*9\r\n" + OK + NO_SUCH_KEY + YES + NO + NO + OK + YES + YES + ":-1\r\n");
    assertThat(session.call("MGET", "a", "b", "c", "d"))
        .isEqualTo("*4\r\n$1\r\n7\r\n$1\r\n7\r\n$1\r\n1\r\n$1\r\n2\r\n");
  }
}
