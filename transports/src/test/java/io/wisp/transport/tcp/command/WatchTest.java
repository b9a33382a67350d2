// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WATCH and UNWATCH. */
class WatchTest {

  private static final String OK = "+OK\r\n";
  private static final String TRANSACTION =
      request("MULTI") + request("SET", "done", "yes") + request("EXEC");
  private static final String DONE = OK + "+QUEUED\r\n*1\r\n+OK\r\n";
  private static final String NOT_DONE = OK + "+QUEUED\r\n*-1\r\n";

  private final SessionHarness session = new SessionHarness();
  private final SessionHarness other = new SessionHarness(null, 0, session.store());

  @AfterEach
  void close() {
    other.close();
    session.close();
  }

  private void watch(String... keys) {
    String[] words = new String[keys.length + 1];
    words[0] = "WATCH";
    System.arraycopy(keys, 0, words, 1, keys.length);
    assertThat(session.call(words)).isEqualTo(OK);
  }

  private void expectNotDone() {
    assertThat(session.send(TRANSACTION)).isEqualTo(NOT_DONE);
    assertThat(session.call("EXISTS", "done")).isEqualTo(":0\r\n");
    // Nothing is watched any more.
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET k w",
        "SET k v",
        "DEL k",
        "APPEND k x",
        "EXPIRE k 1000",
        "RENAME k z",
        "RENAME y k",
        "COPY y k REPLACE",
        "MSET a 1 k 2",
        "SET absent 1",
        "MSETNX absent 1 b 2",
        "RENAMENX y absent",
        "FLUSHALL"
      })
  void shouldDoNothingIfAWatchedKeyWasChanged(String change) {
    session.call("MSET", "k", "v", "y", "u");
    watch("k", "absent");
    other.call(change.split(" "));
    expectNotDone();
    session.call("FLUSHALL");
    session.call("MSET", "k", "v", "y", "u");
    watch("k", "absent");
    session.call(change.split(" "));
    expectNotDone();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET k",
        "SET y 1",
        "SET k w NX",
        "RENAME k k",
        "RENAMENX y k",
        "COPY k z",
        "COPY y k",
        "MSETNX k 1 absent 2",
        "DEL absent",
        "PERSIST k",
        "GETEX k PERSIST"
      })
  void shouldNotMindWhatChangesNoWatchedKey(String command) {
    session.call("MSET", "k", "v", "y", "u");
    watch("k", "absent");
    other.call(command.split(" "));
    session.call(command.split(" "));
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  @Test
  void shouldNoticeThatAKeyHasExpired() {
    session.call("SET", "k", "v", "PX", "500");
    watch("k");
    session.pass(499);
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
    session.call("DEL", "done");
    watch("k");
    session.pass(1);
    expectNotDone();
    // It is absent from the beginning now.
    watch("k");
    session.pass(1000);
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  @Test
  void shouldNoticeAChangeWhileCommandsAreQueued() {
    session.call("SET", "k", "1");
    watch("k");
    session.call("MULTI");
    session.call("INCR", "k");
    other.call("SET", "k", "5");
    assertThat(session.call("EXEC")).isEqualTo("*-1\r\n");
    assertThat(session.call("GET", "k")).isEqualTo("$1\r\n5\r\n");
  }

  @Test
  void shouldReplyNothingInTheThirdProtocol() {
    session.call("HELLO", "3");
    watch("k");
    other.call("SET", "k", "v");
    assertThat(session.send(TRANSACTION)).isEqualTo(OK + "+QUEUED\r\n_\r\n");
  }

  @Test
  void shouldTellErrorsBeforeChanges() {
    watch("k");
    other.call("SET", "k", "v");
    assertThat(session.send(request("MULTI") + request("FOO") + request("EXEC")))
        .endsWith("-EXECABORT Transaction discarded because of previous errors.\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNWATCH", "MULTI+DISCARD", "MULTI+EXEC", "RESET", "EXEC x"})
  void shouldForgetWhatIsWatched(String requests) {
    watch("k");
    assertThat(session.session().transactionBytes()).isPositive();
    for (String words : requests.split("\\+", -1)) {
      session.call(words.split(" "));
    }
    assertThat(session.session().transactionBytes()).isZero();
    other.call("SET", "k", "v");
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  @Test
  void shouldNotForgetBeforeTheCommandsAreCarriedOut() {
    watch("k");
    session.call("MULTI");
    session.call("UNWATCH");
    other.call("SET", "k", "v");
    assertThat(session.call("EXEC")).isEqualTo("*-1\r\n");
  }

  @Test
  void shouldRememberTheFirstOfSeveralVersions() {
    watch("k");
    other.call("SET", "k", "v");
    watch("k");
    expectNotDone();
    watch("k", "k");
    watch("k");
    session.call("DEL", "done");
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  @Test
  void shouldWatchWhatCannotBeAKey() {
    watch("", "k".repeat(70_000));
    assertThat(session.send(TRANSACTION)).isEqualTo(DONE);
  }

  /** The steps of another command give back only what is theirs. */
  @Test
  void shouldGoOnWatchingDuringACommandInSteps() {
    watch("k");
    assertThat(session.call("KEYS", "*")).isEqualTo("*0\r\n");
    other.call("SET", "k", "v");
    expectNotDone();
  }

  @Test
  void shouldWatchNoMoreKeysThanThereMayBe() {
    String[] keys = new String[Command.MAX_KEYS - 1];
    Arrays.setAll(keys, i -> "k" + i);
    watch(keys);
    String tooMany =
        "-ERR too many watched keys: 8192 keys, and 1048576 bytes of them, are the most; nothing"
            + " more is watched now\r\n";
    assertThat(session.call("WATCH", "one", "more")).isEqualTo(tooMany);
    other.call("SET", "one", "v");
    watch("more");
    assertThat(session.call("WATCH", "another")).isEqualTo(tooMany);
    other.call("SET", "k8190", "v");
    expectNotDone();
    String[] words = new String[Command.MAX_KEYS + 2];
    Arrays.fill(words, "k");
    words[0] = "WATCH";
    assertThat(session.call(words))
        .isEqualTo(
            "-ERR too many keys for 'watch' command: 8192 is the most, and nothing was changed"
                + "\r\n");
  }

  @ParameterizedTest
  @CsvSource({"k8190, *-1", "other, *1"})
  void shouldTellWhichOfManyKeysWasChanged(String changed, String reply) {
    String[] keys = new String[Command.MAX_KEYS - 1];
    Arrays.setAll(keys, i -> "k" + i);
    watch(keys);
    other.call("SET", changed, "v");
    assertThat(session.send(TRANSACTION)).startsWith(OK + "+QUEUED\r\n" + reply);
  }

  @Test
  void shouldWatchNoMoreBytesThanThereMayBe() {
    String[] keys = new String[16];
    Arrays.setAll(keys, i -> (char) ('a' + i) + "k".repeat(65_534));
    watch(keys);
    assertThat(session.call("WATCH", "k".repeat(17))).startsWith("-ERR too many watched keys");
    watch("k".repeat(16));
    other.call("SET", keys[15], "v");
    expectNotDone();
  }
}
