// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.command.Command;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.resp.InlineRequest;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RespSessionTest {

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  @Test
  void shouldExecuteAPipelineInOrder() {
    String requests =
        request("SET", "a", "1") + request("GET", "a") + request("INCR", "a") + request("GET", "a");
    assertThat(session.send(requests)).isEqualTo("+OK\r\n$1\r\n1\r\n:2\r\n$1\r\n2\r\n");
    assertThat(session.counters().executed()).isEqualTo(4);
  }

  @Test
  void shouldExecuteRequestsHoweverTheirBytesAreSplit() {
    String requests =
        request("SET", "key", "value")
            + "GET 'key'\r\n"
            + "\r\n"
            + request("MSET", "a", "1", "b", "2")
            + request("BOGUS", "x", "y")
            + "*0\r\n"
            + request("GET")
            + request("MGET", "a", "none", "b")
            + request("DEL", "a", "b")
            + request("X".repeat(200), "x")
            + request("PING");
    String expected;
    try (SessionHarness whole = new SessionHarness()) {
      expected = whole.send(requests);
    }
    for (int split = 1; split < requests.length(); split++) {
      try (SessionHarness parts = new SessionHarness()) {
        String replies =
            parts.send(requests.substring(0, split)) + parts.send(requests.substring(split));
        assertThat(replies).as("split at %s", split).isEqualTo(expected);
        assertThat(parts.unconsumed()).isZero();
      }
    }
    try (SessionHarness bytes = new SessionHarness()) {
      StringBuilder replies = new StringBuilder();
      for (int i = 0; i < requests.length(); i++) {
        replies.append(bytes.send(requests.substring(i, i + 1)));
      }
      assertThat(replies).hasToString(expected);
    }
    assertThat(expected)
        .isEqualTo(
            "+OK\r\n$5\r\nvalue\r\n+OK\r\n"
                + "-ERR unknown command 'BOGUS', with args beginning with: 'x' 'y' \r\n"
                + "-ERR wrong number of arguments for 'get' command\r\n"
                + "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n:2\r\n"
                + ("-ERR unknown command '" + "X".repeat(128))
                + "', with args beginning with: 'x' \r\n"
                + "+PONG\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*x\\r\\n | invalid multibulk length",
        "*\\r\\n | invalid multibulk length",
        "*1x | invalid multibulk length",
        "*1048577\\r\\n | invalid multibulk length",
        "*1\\rx | invalid multibulk length",
        "*12345678901 | invalid multibulk length",
        "*1\\r\\nGET | expected '$', got 'G'",
        "*1\\r\\n\\0 | expected '$', got '\\x00'",
        "*1\\r\\n$x | invalid bulk length",
        "*1\\r\\n$-1\\r\\n | invalid bulk length",
        "*1\\r\\n$536870913\\r\\n | invalid bulk length",
        "*2\\r\\n$3\\r\\nGET\\r\\n$536870913\\r\\n | invalid bulk length",
        "*1\\r\\n$4\\r\\nPINGxx | a bulk string of 4 bytes does not end in CRLF",
        "*1\\r\\n$4\\r\\nPING\\n\\n | a bulk string of 4 bytes does not end in CRLF",
        "*2\\r\\n$3\\r\\nDEL\\r\\n:1\\r\\n | expected '$', got ':'",
        "*2\\r\\n$5\\r\\nBOGUS\\r\\n:1\\r\\n | expected '$', got ':'",
        "SET k \"v\\r\\n | unbalanced quotes in request",
        "SET k 'v'x\\r\\n | unbalanced quotes in request"
      })
  void shouldRefuseBytesThatAreNoRequestAndClose(String escaped, String error) {
    String bytes = escaped.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
    assertThat(session.send(bytes)).isEqualTo("-ERR Protocol error: " + error + "\r\n");
    assertThat(session.isClosed()).isTrue();
    assertThat(session.counters().malformed()).isOne();
  }

  @Test
  void shouldRefuseALineThatDoesNotEnd() {
    assertThat(session.send("x".repeat(InlineRequest.MAX_LENGTH))).isEmpty();
    assertThat(session.send("xx")).isEqualTo("-ERR Protocol error: too big inline request\r\n");
    assertThat(session.isClosed()).isTrue();
  }

  @Test
  void shouldExecuteWhatCameBeforeGarbage() {
    assertThat(session.send(request("SET", "k", "v") + "*x\r\n" + request("DEL", "k")))
        .isEqualTo("+OK\r\n-ERR Protocol error: invalid multibulk length\r\n");
    assertThat(session.store().size()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST / HTTP/1.1\r\nSET k v\r\n", "Host: x\r\nSET k v\r\n"})
  void shouldCloseWithoutAWordWhenABrowserWasTrickedIntoSending(String bytes) {
    assertThat(session.send(bytes)).isEmpty();
    assertThat(session.isClosed()).isTrue();
    assertThat(session.store().size()).isZero();
  }

  @Test
  void shouldReadWordsInALine() {
    assertThat(session.send("  set  \"a\\x00\\n\\\"b\" 'it\\'s'  \r\n")).isEqualTo("+OK\r\n");
    assertThat(session.call("GET", "a\0\n\"b")).isEqualTo("$4\r\nit's\r\n");
    assertThat(session.send("set empty \"\"\nget empty\n")).isEqualTo("+OK\r\n$0\r\n\r\n");
    assertThat(session.send("\r\n   \r\n")).isEmpty();
  }

  @Test
  void shouldQuoteArgumentsOfAnUnknownCommandAsRedisDoes() {
    assertThat(session.call("foo"))
        .isEqualTo("-ERR unknown command 'foo', with args beginning with: \r\n");
    assertThat(session.call("foo", "a\r\nb", "c"))
        .isEqualTo("-ERR unknown command 'foo', with args beginning with: 'a  b' 'c' \r\n");
    assertThat(session.call("foo", "x".repeat(1000), "y"))
        .isEqualTo(
            "-ERR unknown command 'foo', with args beginning with: '" + "x".repeat(128) + "' \r\n");
    assertThat(session.call("foo", "x".repeat(100), "y".repeat(100), "z"))
        .isEqualTo(
            "-ERR unknown command 'foo', with args beginning with: '"
                + "x".repeat(100)
                + "' '"
                + "y".repeat(25)
                + "' \r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "GET a b", "SET a", "MGET", "DEL", "INCR a b", "AUTH", "CLIENT"})
  void shouldRefuseAWrongNumberOfArguments(String request) {
    String[] words = request.split(" ", -1);
    assertThat(session.call(words))
        .isEqualTo(
            "-ERR wrong number of arguments for '"
                + words[0].toLowerCase(Locale.ROOT)
                + "' command\r\n");
  }

  @Test
  void shouldNotWaitForTheRestOfWhatItRefuses() {
    assertThat(session.send("*1000000\r\n$3\r\nGET\r\n"))
        .isEqualTo("-ERR wrong number of arguments for 'get' command\r\n");
    String argument = "$10000\r\n" + "x".repeat(10_000) + "\r\n";
    for (int i = 0; i < 1_000; i++) {
      assertThat(session.send(argument)).isEmpty();
      assertThat(session.unconsumed()).isZero();
    }
  }

  @Test
  void shouldExecuteCommandsOfManyArgumentsAsTheyArrive() {
    int count = 10_000;
    for (int i = 0; i < count; i++) {
      session.call("SET", Integer.toString(10_000_000 + i), "v");
    }
    StringBuilder replies = new StringBuilder(session.send("*" + (count + 1) + "\r\n"));
    replies.append(session.send("$3\r\nDEL\r\n"));
    for (int i = 0; i < count; i++) {
      replies.append(session.send("$8\r\n" + (10_000_000 + i) + "\r\n"));
      assertThat(session.unconsumed()).isZero();
      assertThat(session.store().size()).isEqualTo(count - i - 1);
    }
    assertThat(replies).hasToString(":10000\r\n");
  }

  /** It would take hours if the request were read from its beginning with each piece. */
  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldSetManyKeysNotBeforeAllOfThemHaveArrived() {
    String[] words = new String[2 * Command.MAX_KEYS + 1];
    Arrays.setAll(words, i -> i == 0 ? "MSET" : Integer.toString(i));
    String request = request(words);
    try (SessionHarness inPieces = new SessionHarness()) {
      for (int i = 0; i < request.length() - 1; i++) {
        assertThat(inPieces.send(request.substring(i, i + 1))).isEmpty();
      }
      assertThat(inPieces.store().size()).isZero();
      assertThat(inPieces.send("\n" + request("GET", "1"))).isEqualTo("+OK\r\n$1\r\n2\r\n");
      assertThat(inPieces.store().size()).isEqualTo(Command.MAX_KEYS);
      assertThat(inPieces.unconsumed()).isZero();
    }
  }

  @Test
  void shouldRefuseWhatIsNoArgumentAfterAPartHasArrived() {
    session.send("*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb");
    assertThat(session.send("\r\n:1\r\n"))
        .isEqualTo("-ERR Protocol error: expected '$', got ':'\r\n");
    assertThat(session.isClosed()).isTrue();
    assertThat(session.store().size()).isZero();
  }

  @Test
  void shouldStopExecutingWhileItsOutputIsFull() {
    String value = "v".repeat(100_000);
    session.call("SET", "k", value);
    String[] words = new String[1_000];
    Arrays.fill(words, "k");
    words[0] = "MGET";
    String replies = session.send(request(words) + request("GET", "k").repeat(100));
    assertThat(replies).hasSize(6 + 1_099 * (100_000 + 11));
    assertThat(session.largestOutput()).isLessThan(Execution.OUTPUT_LIMIT + value.length() + 100);
  }

  @Test
  void shouldStopExecutingAnInlineRequestWhileItsOutputIsFull() {
    session.call("SET", "k", "v".repeat(100_000));
    String replies = session.send("MGET" + " k".repeat(1_000) + "\r\nPING\r\n");
    assertThat(replies).hasSize(7 + 1_000 * (100_000 + 11) + 7).endsWith("+PONG\r\n");
    assertThat(session.largestOutput()).isLessThan(Execution.OUTPUT_LIMIT + 100_100);
  }

  @Test
  void shouldSayHowManyBytesARequestNeeds() {
    session.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\nvvv");
    String request = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n";
    assertThat(session.session().needed()).isEqualTo(request.length() + 1_000_002);
  }

  @Test
  void shouldRefuseMoreArgumentsThanAnyOptionCouldNeed() {
    String[] words = new String[200];
    Arrays.fill(words, "NX");
    words[0] = "SET";
    assertThat(session.call(words)).isEqualTo("-ERR syntax error\r\n");
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
  }
}
