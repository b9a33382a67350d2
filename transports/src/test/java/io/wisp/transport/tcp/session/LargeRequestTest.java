// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Limits;
import io.wisp.transport.tcp.resp.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are too large: each is refused, nothing of it is kept, and the session goes on. */
class LargeRequestTest {

  private static final String PIECE = "x".repeat(1 << 20);
  private static final int TOO_LONG = Limits.MAX_VALUE_LENGTH + 1;
  private static final String VALUE_TOO_LARGE = "-" + Errors.VALUE_TOO_LARGE + "\r\n";
  private static final String KEY_TOO_LARGE = "-" + Errors.KEY_TOO_LARGE + "\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  /** The words of a request, and the head of an argument behind them; more may follow that. */
  private static String head(String words, int length, int behind) {
    String[] split = words.split(" ", -1);
    int firstLine = request(split).indexOf('\n') + 1;
    return "*"
        + (split.length + 1 + behind)
        + "\r\n"
        + request(split).substring(firstLine)
        + ("$" + length + "\r\n");
  }

  /** Sends so many bytes and an end of line in pieces, nothing of which may be kept. */
  private String sendArgument(int length) {
    StringBuilder replies = new StringBuilder();
    for (int left = length; left > 0; left -= PIECE.length()) {
      replies.append(session.send(PIECE.substring(0, Math.min(left, PIECE.length()))));
      assertThat(session.unconsumed()).isZero();
    }
    return replies.append(session.send("\r\n")).toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET k",
        "SETNX k",
        "APPEND k",
        "GETSET k",
        "SETRANGE k 0",
        "SETEX k 10",
        "MSET a 1 k"
      })
  void shouldRefuseAValueThatIsTooLong(String words) {
    session.call("SET", "k", "before");
    assertThat(session.send(head(words, TOO_LONG, 0))).isEqualTo(VALUE_TOO_LARGE);
    assertThat(sendArgument(TOO_LONG)).isEmpty();
    assertThat(session.call("GET", "k")).isEqualTo("$6\r\nbefore\r\n");
    assertThat(session.call("EXISTS", "a")).isEqualTo(":0\r\n");
    assertThat(session.counters().malformed()).isZero();
    assertThat(session.counters().executed()).isEqualTo(4);
  }

  @Test
  void shouldSkipWhatFollowsAValueThatIsTooLong() {
    String more = "\r\n$1\r\nb\r\n$1\r\n2\r\n" + request("PING") + "PING\r\n";
    assertThat(session.send(head("MSET a", TOO_LONG, 2))).isEqualTo(VALUE_TOO_LARGE);
    for (int i = 0; i < 64; i++) {
      assertThat(session.send(PIECE)).isEmpty();
    }
    assertThat(session.send("x" + more)).isEqualTo("+PONG\r\n+PONG\r\n");
    assertThat(session.store().size()).isZero();
  }

  /** The answer must not depend on how much of it has arrived when it is looked at. */
  @Test
  void shouldRefuseAValueThatIsTooLongAndHasArrivedAtOnce() {
    String bytes = head("APPEND k", TOO_LONG, 0) + "x".repeat(TOO_LONG) + "\r\n";
    assertThat(session.send(bytes + request("PING"))).isEqualTo(VALUE_TOO_LARGE + "+PONG\r\n");
  }

  @Test
  void shouldTakeAValueOfTheGreatestLength() {
    assertThat(session.send(head("SET k", Limits.MAX_VALUE_LENGTH, 0))).isEmpty();
    assertThat(session.send("x".repeat(Limits.MAX_VALUE_LENGTH) + "\r\n")).isEqualTo("+OK\r\n");
  }

  @Test
  void shouldRefuseARequestThatIsTooLargeAsAWhole() {
    String value = "$" + Limits.MAX_VALUE_LENGTH + "\r\n";
    session.send("*3\r\n$3\r\nSET\r\n" + value + "k".repeat(Limits.MAX_VALUE_LENGTH));
    assertThat(session.send("\r\n" + value))
        .isEqualTo(
            "-ERR the request is too large: 68157440 bytes is the most, and nothing was changed\r\n");
    assertThat(session.unconsumed()).isZero();
    assertThat(sendArgument(Limits.MAX_VALUE_LENGTH)).isEmpty();
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
    assertThat(session.call("MSET", "a", "1")).isEqualTo("+OK\r\n");
  }

  @Test
  void shouldRefuseManyValuesThatAreTooLargeTogether() {
    StringBuilder replies = new StringBuilder(session.send("*201\r\n$4\r\nMSET\r\n"));
    for (int i = 0; i < 100; i++) {
      replies.append(session.send("$1\r\nk\r\n$" + PIECE.length() + "\r\n" + PIECE + "\r\n"));
    }
    assertThat(replies)
        .hasToString(
            "-ERR the request is too large: 68157440 bytes is the most, and nothing was changed\r\n");
    assertThat(session.unconsumed()).isZero();
    assertThat(session.call("DBSIZE")).isEqualTo(":0\r\n");
  }

  @Test
  void shouldNameWhatIsTooLong() {
    assertThat(session.send(head("GET", TOO_LONG, 0))).isEqualTo(KEY_TOO_LARGE);
    sendArgument(TOO_LONG);
    assertThat(session.send(head("MSET a 1", TOO_LONG, 1))).isEqualTo(KEY_TOO_LARGE);
    sendArgument(TOO_LONG);
    assertThat(session.send("$1\r\n2\r\n" + head("ECHO", TOO_LONG, 0)))
        .isEqualTo("-ERR an argument has 67108865 bytes, and 67108864 is the most\r\n");
    sendArgument(TOO_LONG);
    assertThat(session.send("*1\r\n$" + TOO_LONG + "\r\n" + "n".repeat(TOO_LONG) + "\r\n"))
        .isEqualTo(
            "-ERR unknown command '"
                + "n".repeat(Errors.MAX_QUOTED_LENGTH)
                + "', with args beginning with: \r\n");
  }

  @ParameterizedTest
  @CsvSource({"65536, 65537", "1000000, 3", "67108865, 1048576"})
  void shouldHoldNoMoreOfAKeyThanShowsThatItIsTooLong(int length, int pieceLength) {
    session.call("SET", "a", "1");
    session.call("SET", "b", "2");
    StringBuilder replies = new StringBuilder(session.send(head("MGET a", length, 1)));
    String piece = "k".repeat(pieceLength);
    int left = length;
    for (; left > pieceLength; left -= pieceLength) {
      replies.append(session.send(piece));
      assertThat(session.unconsumed()).isLessThanOrEqualTo(Limits.MAX_KEY_LENGTH + 20);
    }
    replies.append(session.send(piece.substring(0, left) + "\r\n$1\r\nb\r\n" + request("PING")));
    assertThat(replies).hasToString("*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n+PONG\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEL", "UNLINK", "EXISTS", "TOUCH"})
  void shouldTellThatAKeyIsTooLongWhenAllKeysHaveBeenLookedAt(String command) {
    session.call("SET", "b", "2");
    String rest = "k".repeat(100_000 - 70_000);
    assertThat(session.send(head(command, 100_000, 1) + "k".repeat(70_000))).isEmpty();
    assertThat(session.send(rest + "\r\n$1\r\nb\r\n")).isEqualTo(KEY_TOO_LARGE);
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
  }

  @Test
  void shouldNotAnswerARefusedRequestWhoseReplyIsNotWanted() {
    session.call("CLIENT", "REPLY", "SKIP");
    assertThat(session.send(head("SET k", TOO_LONG, 0))).isEmpty();
    assertThat(sendArgument(TOO_LONG)).isEmpty();
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
    session.call("CLIENT", "REPLY", "SKIP");
    assertThat(session.send(head("DEL", 100_000, 0) + "k".repeat(100_000) + "\r\n")).isEmpty();
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
  }

  @Test
  void shouldRefuseALongArgumentOfAStrangerAsRedisDoes() {
    try (SessionHarness guarded = new SessionHarness("secret")) {
      assertThat(guarded.send(head("AUTH", TOO_LONG, 0)))
          .isEqualTo("-ERR Protocol error: unauthenticated bulk length\r\n");
      assertThat(guarded.isClosed()).isTrue();
    }
  }

  @Test
  void shouldCountARequestWhoseEndNeverComes() {
    session.send(head("SET k", TOO_LONG, 0) + PIECE);
    session.session().endOfInput(false);
    assertThat(session.counters().malformed()).isOne();
  }
}
