// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MULTI, EXEC and DISCARD. */
class TransactionCommandsTest {

  private static final String OK = "+OK\r\n";
  private static final String QUEUED = "+QUEUED\r\n";
  private static final String ABORTED =
      "-EXECABORT Transaction discarded because of previous errors.\r\n";
  private static final String BECAUSE = "-EXECABORT Transaction discarded because of: ";
  private static final String TOO_LARGE =
      BECAUSE
          + "the transaction is too large: it touches at most 8192 keys, and reads and writes"
          + " 268435456 bytes; nothing was changed\r\n";
  private static final String WITHOUT_MULTI = "-ERR EXEC without MULTI\r\n";

  private final SessionHarness session = new SessionHarness();

  @AfterEach
  void close() {
    session.close();
  }

  private String line(String line) {
    return session.call(line.split(" ", -1));
  }

  private void begin() {
    assertThat(session.call("MULTI")).isEqualTo(OK);
  }

  private void queue(String... words) {
    assertThat(session.call(words)).isEqualTo(QUEUED);
  }

  @Test
  void shouldCarryOutWhatWasQueuedAndNothingBefore() {
    begin();
    queue("SET", "k", "v");
    queue("GET", "k");
    queue("INCRBY", "n", "5");
    queue("MGET", "k", "none", "n");
    queue("DEL", "k", "none");
    queue("DBSIZE");
    assertThat(session.store().size()).isZero();
    assertThat(session.call("EXEC"))
        .isEqualTo("*6\r\n+OK\r\n$1\r\nv\r\n:5\r\n*3\r\n$1\r\nv\r\n$-1\r\n$1\r\n5\r\n:1\r\n:1\r\n");
    assertThat(session.call("MGET", "k", "n")).isEqualTo("*2\r\n$-1\r\n$1\r\n5\r\n");
    assertThat(session.call("EXEC")).isEqualTo(WITHOUT_MULTI);
  }

  @Test
  void shouldCarryOutNothing() {
    begin();
    assertThat(session.call("EXEC")).isEqualTo("*0\r\n");
  }

  @Test
  void shouldDoTheSameHoweverTheBytesAreSplit() {
    String requests =
        request("MULTI")
            + request("SET", "key", "value")
            + "GET 'key'\r\n"
            + "\r\n"
            + request("MSET", "a", "1", "b", "2")
            + request("MGET", "a", "none", "b")
            + request("DEL", "a", "b")
            + request("EXEC")
            + request("WATCH", "key", "a")
            + "multi\r\n"
            + request("BOGUS", "x", "y")
            + request("GET")
            + request("X".repeat(200), "x")
            + "exec\r\n"
            + request("MULTI")
            + request("PING")
            + request("DISCARD")
            + request("PING");
    String expected =
        OK
            + QUEUED.repeat(5)
            + "*5\r\n+OK\r\n$5\r\nvalue\r\n+OK\r\n*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n:2\r\n"
            + OK
            + OK
            + "-ERR unknown command 'BOGUS', with args beginning with: 'x' 'y' \r\n"
            + "-ERR wrong number of arguments for 'get' command\r\n"
            + ("-ERR unknown command '" + "X".repeat(128))
            + "', with args beginning with: 'x' \r\n"
            + ABORTED
            + OK
            + QUEUED
            + OK
            + "+PONG\r\n";
    assertThat(session.send(requests)).isEqualTo(expected);
    for (int split = 1; split < requests.length(); split++) {
      try (SessionHarness parts = new SessionHarness()) {
        assertThat(parts.send(requests.substring(0, split)) + parts.send(requests.substring(split)))
            .as("split at %s", split)
            .isEqualTo(expected);
      }
    }
    try (SessionHarness bytes = new SessionHarness()) {
      StringBuilder replies = new StringBuilder();
      for (int i = 0; i < requests.length(); i++) {
        replies.append(bytes.send(requests.substring(i, i + 1)));
      }
      assertThat(replies).hasToString(expected);
    }
  }

  @Test
  void shouldKnowWhatBelongsWhere() {
    assertThat(session.call("EXEC")).isEqualTo(WITHOUT_MULTI);
    assertThat(session.call("DISCARD")).isEqualTo("-ERR DISCARD without MULTI\r\n");
    begin();
    assertThat(session.call("MULTI")).isEqualTo("-ERR MULTI calls can not be nested\r\n");
    assertThat(session.call("WATCH", "k")).isEqualTo("-ERR WATCH inside MULTI is not allowed\r\n");
    queue("SET", "k", "v");
    queue("UNWATCH");
    assertThat(session.call("EXEC")).isEqualTo("*2\r\n+OK\r\n+OK\r\n");
  }

  static Stream<String> refused() {
    return Stream.of(
        "FOO x | unknown command 'FOO', with args beginning with: 'x' ",
        "GET | wrong number of arguments for 'get' command",
        "MSET a | wrong number of arguments for 'mset' command",
        "MULTI x | wrong number of arguments for 'multi' command",
        "DISCARD x | wrong number of arguments for 'discard' command",
        "COMMAND FOO | unknown subcommand 'FOO'. Try COMMAND HELP.",
        "OBJECT FOO | unknown subcommand 'FOO'. Try OBJECT HELP.",
        "OBJECT ENCODING | wrong number of arguments for 'object|encoding' command",
        "KEYS * | Command not allowed inside a transaction",
        "SCAN 0 | Command not allowed inside a transaction",
        "RANDOMKEY | Command not allowed inside a transaction",
        "FLUSHDB | Command not allowed inside a transaction",
        "FLUSHALL | Command not allowed inside a transaction",
        "LCS a b | Command not allowed inside a transaction",
        "CLIENT KILL ID 1 | Command not allowed inside a transaction",
        "client reply OFF | Command not allowed inside a transaction",
        "CONFIG GET * | Command not allowed inside a transaction",
        "LATENCY RESET | Command not allowed inside a transaction",
        "SLOWLOG GET | Command not allowed inside a transaction");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void shouldCarryOutNothingIfARequestWasRefused(String requestAndError) {
    String[] parts = requestAndError.split(" \\| ", -1);
    begin();
    queue("SET", "k", "v");
    assertThat(line(parts[0])).isEqualTo("-ERR " + parts[1] + "\r\n");
    queue("SET", "k", "w");
    assertThat(session.call("EXEC")).isEqualTo(ABORTED);
    assertThat(session.store().size()).isZero();
    begin();
    queue("SET", "k", "v");
    assertThat(session.call("EXEC")).isEqualTo("*1\r\n+OK\r\n");
  }

  @Test
  void shouldEndTheTransactionWithAnExecThatIsWrong() {
    String wrong = BECAUSE + "wrong number of arguments for 'exec' command\r\n";
    begin();
    queue("SET", "k", "v");
    assertThat(session.call("EXEC", "x")).isEqualTo(wrong);
    assertThat(session.call("EXEC")).isEqualTo(WITHOUT_MULTI);
    assertThat(session.call("EXEC", "x")).isEqualTo(wrong);
    assertThat(session.store().size()).isZero();
  }

  @Test
  void shouldWantThePasswordFirst() {
    try (SessionHarness guarded = new SessionHarness("secret")) {
      assertThat(guarded.call("MULTI")).isEqualTo("-NOAUTH Authentication required.\r\n");
      assertThat(guarded.call("EXEC")).isEqualTo(BECAUSE + "NOAUTH Authentication required.\r\n");
      guarded.call("AUTH", "secret");
      assertThat(guarded.call("MULTI")).isEqualTo(OK);
      assertThat(guarded.call("PING")).isEqualTo(QUEUED);
      assertThat(guarded.call("RESET")).isEqualTo("+RESET\r\n");
      assertThat(guarded.call("EXEC")).isEqualTo(BECAUSE + "NOAUTH Authentication required.\r\n");
    }
  }

  @Test
  void shouldGoOnBehindACommandThatFails() {
    session.call("SET", "text", "abc");
    begin();
    queue("SET", "a", "1");
    queue("INCR", "text");
    queue("SET", "b", "2", "FOO");
    queue("MSET", "b", "2", "c");
    queue("GET", "");
    queue("INCR", "a");
    assertThat(session.call("EXEC"))
        .isEqualTo(
            "*6\r\n"
                + OK
                + "-ERR value is not an integer or out of range\r\n-ERR syntax error\r\n"
                + "-ERR wrong number of arguments for 'mset' command\r\n"
                + "-KEYEMPTY the key is empty, and a key has 1 to 65535 bytes\r\n:2\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DISCARD", "RESET", "QUIT"})
  void shouldGiveUpWhatWasQueued(String end) {
    begin();
    queue("SET", "k", "v");
    assertThat(session.session().transactionBytes()).isPositive();
    assertThat(session.call(end)).startsWith("+");
    if (!session.isClosed()) {
      assertThat(session.session().transactionBytes()).isZero();
      assertThat(session.call("EXEC")).isEqualTo(WITHOUT_MULTI);
    }
    assertThat(session.store().size()).isZero();
  }

  /** The harness looks whether the memory was given back. */
  @Test
  void shouldForgetWhatItsClientLeavesBehind() {
    session.call("WATCH", "k");
    begin();
    queue("SET", "k", "v".repeat(100_000));
    assertThat(session.session().heldBytes()).isGreaterThan(100_000);
    session.send("*2\r\n$3\r\nGET\r\n$10\r\nab");
  }

  static Stream<String> commands() {
    Stream<String> subcommands =
        Stream.of(
            "ACL WHOAMI",
            "COMMAND COUNT",
            "MEMORY USAGE 1",
            "MODULE LIST",
            "OBJECT ENCODING 1",
            "PUBSUB NUMSUB 1");
    Stream<String> others =
        Commands.table().all().stream()
            .filter(command -> !command.runsInsideMulti())
            .filter(command -> !Command.isRefusedInTransactions(command.name()))
            .map(command -> command.name() + " 1".repeat(Math.abs(command.arity()) - 1))
            .filter(line -> !line.matches("(acl|memory|module|object|pubsub) .*"));
    return Stream.concat(subcommands, others);
  }

  /** So none of them goes on in steps, or replies nothing. */
  @ParameterizedTest
  @MethodSource("commands")
  void shouldAnswerWithinATransactionAsWithoutOne(String command) {
    session.slowLog().slowerThanMicros(-1);
    session.call("SET", "1", "1");
    String reply = line(command);
    try (SessionHarness other = new SessionHarness()) {
      other.slowLog().slowerThanMicros(-1);
      other.call("SET", "1", "1");
      String words = request(command.split(" ", -1));
      assertThat(other.send(request("MULTI") + words + request("PING") + request("EXEC")))
          .isEqualTo(OK + QUEUED + QUEUED + "*2\r\n" + reply + "+PONG\r\n");
      assertThat(other.call("PING")).isEqualTo("+PONG\r\n");
      assertThat(other.session().heldBytes()).isZero();
    }
  }

  @Test
  void shouldCarryOutAsManyCommandsAsThereMayBe() {
    String increments = request("INCR", "n").repeat(ClientTransaction.MAX_REQUESTS);
    StringBuilder expected = new StringBuilder(OK + QUEUED.repeat(8192) + "*8192\r\n");
    for (int i = 1; i <= 8192; i++) {
      expected.append(':').append(i).append("\r\n");
    }
    assertThat(session.send(request("MULTI") + increments + request("EXEC")))
        .isEqualTo(expected.toString());
    assertThat(session.send(request("MULTI") + increments)).isEqualTo(OK + QUEUED.repeat(8192));
    assertThat(session.call("INCR", "n"))
        .isEqualTo("-ERR too many commands in a transaction: 8192 are the most\r\n");
    assertThat(session.session().transactionBytes()).isZero();
    assertThat(session.call("EXEC")).isEqualTo(ABORTED);
    assertThat(session.call("GET", "n")).isEqualTo("$4\r\n8192\r\n");
  }

  /** Each of them is short, and all its keys are the same. */
  @Test
  void shouldNotHoldItsThreadForLongerThanItMay() {
    String[] words = new String[1 + Command.MAX_KEYS];
    Arrays.fill(words, "k");
    words[0] = "EXISTS";
    String exists = request(words);
    int most = ExecCommand.MAX_WORK / Command.MAX_KEYS;
    begin();
    queue("SET", "k", "v");
    assertThat(session.send(exists.repeat(most + 1))).isEqualTo(QUEUED.repeat(most + 1));
    assertThat(session.call("EXEC"))
        .isEqualTo(BECAUSE + ExecCommand.TOO_MUCH_WORK.replace("ERR ", "") + "\r\n");
    assertThat(session.store().size()).isZero();
    assertThat(session.send(request("MULTI") + exists + request("EXEC")))
        .isEqualTo(OK + QUEUED + "*1\r\n:0\r\n");
  }

  /** Only what is read of a value counts, whether it was written before or not. */
  @Test
  void shouldReadLittleOfLongValuesAsOftenAsItLikes() {
    session.call("SET", "there", "v".repeat(33 << 20));
    begin();
    queue("SET", "k", "v".repeat(33 << 20));
    for (int i = 0; i < 20; i++) {
      queue("STRLEN", "k");
      queue("GETBIT", "k", "0");
      queue("GETBIT", "there", "0");
    }
    assertThat(session.call("EXEC")).startsWith("*61\r\n+OK\r\n").endsWith(":0\r\n");
  }

  @Test
  void shouldQueueNoMoreBytesThanThereMayBe() {
    String set = request("SET", "k", "v".repeat(33 << 20));
    begin();
    assertThat(session.send(set)).isEqualTo(QUEUED);
    assertThat(session.send(set))
        .isEqualTo(
            "-ERR the commands of a transaction are too large: together they have at most 68157440"
                + " bytes\r\n");
    assertThat(session.call("EXEC")).isEqualTo(ABORTED);
    assertThat(session.store().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MGET", "DEL", "EXISTS", "MSET", "MSETNX"})
  void shouldQueueNoCommandWithMoreKeysThanOneMayHave(String command) {
    int step = command.startsWith("MSET") ? 2 : 1;
    String[] words = new String[1 + step * (Command.MAX_KEYS + 1)];
    Arrays.fill(words, "k");
    words[0] = command;
    begin();
    assertThat(session.call(words))
        .isEqualTo(
            "-ERR too many keys for '"
                + command.toLowerCase(Locale.ROOT)
                + "' command: 8192 is the most, and nothing was changed\r\n");
    assertThat(session.call("EXEC")).isEqualTo(ABORTED);
    begin();
    queue(Arrays.copyOf(words, words.length - step));
    assertThat(session.call("EXEC")).startsWith("*1\r\n");
  }

  @Test
  void shouldTouchNoMoreKeysThanATransactionMay() {
    begin();
    String[] words = new String[1 + Command.MAX_KEYS];
    Arrays.setAll(words, i -> i == 0 ? "MGET" : "k" + i);
    queue("SET", "k1", "v");
    queue(words);
    queue("SET", "another", "v");
    assertThat(session.call("EXEC")).isEqualTo(TOO_LARGE);
    assertThat(session.store().size()).isZero();
  }

  @Test
  void shouldReadNoMoreBytesThanATransactionMay() {
    session.call("SET", "k", "v".repeat(60 << 20));
    begin();
    queue("SET", "other", "v");
    for (int i = 0; i < 5; i++) {
      queue("BITCOUNT", "k");
    }
    assertThat(session.call("EXEC")).isEqualTo(TOO_LARGE);
    assertThat(session.store().size()).isOne();
  }

  @Test
  void shouldReplyNoMoreBytesThanThereMayBe() {
    session.call("SET", "k", "v".repeat(9 << 20));
    begin();
    queue("SET", "other", "v");
    for (int i = 0; i < 8; i++) {
      queue("GET", "k");
    }
    assertThat(session.call("EXEC"))
        .isEqualTo(
            BECAUSE + "the reply would have more than 68157440 bytes, and nothing was changed\r\n");
    assertThat(session.store().size()).isOne();
    begin();
    queue("GET", "k");
    assertThat(session.call("EXEC")).hasSize(4 + 10 + (9 << 20) + 2);
  }

  @Test
  void shouldChangeNothingIfThereIsNoMemory() {
    try (SessionHarness full = new SessionHarness(null, 100)) {
      full.call("SET", "n", "1");
      full.call("HELLO", "3");
      full.call("MULTI");
      full.call("HELLO", "2");
      full.call("INCR", "n");
      full.call("SET", "large", "v".repeat(200));
      assertThat(full.call("EXEC"))
          .isEqualTo(
              BECAUSE
                  + "OOM command not allowed: the store's memory is full and nothing was changed"
                  + "\r\n");
      assertThat(full.call("GET", "n")).isEqualTo("$1\r\n1\r\n");
      assertThat(full.call("GET", "large")).isEqualTo("_\r\n");
    }
  }

  @Test
  void shouldSpeakTheProtocolThatACommandChooses() {
    begin();
    queue("GET", "none");
    queue("HELLO", "3");
    queue("GET", "none");
    assertThat(session.call("EXEC")).startsWith("*3\r\n$-1\r\n%7\r\n").endsWith("*0\r\n_\r\n");
    assertThat(session.call("GET", "none")).isEqualTo("_\r\n");
  }

  @Test
  void shouldShowTheTransactionInTheListOfClients() {
    assertThat(session.call("CLIENT", "INFO")).contains(" flags=N ", " multi=-1 ");
    session.call("CLIENT", "NO-EVICT", "on");
    begin();
    queue("GET", "k");
    assertThat(session.session().client().line(0, 0)).contains(" flags=xe ", " multi=1 ");
    session.call("EXEC");
    assertThat(session.call("CLIENT", "INFO")).contains(" flags=e ", " multi=-1 ");
  }

  @Test
  void shouldReplyNothingToAClientThatDoesNotListen() {
    session.call("CLIENT", "REPLY", "OFF");
    assertThat(session.send(request("MULTI") + request("SET", "k", "v") + request("EXEC")))
        .isEmpty();
    assertThat(session.call("CLIENT", "REPLY", "ON")).isEqualTo(OK);
    assertThat(session.call("GET", "k")).isEqualTo("$1\r\nv\r\n");
    session.call("CLIENT", "REPLY", "SKIP");
    assertThat(session.send(request("MULTI") + request("GET", "k") + request("EXEC")))
        .isEqualTo(QUEUED + "*1\r\n$1\r\nv\r\n");
  }

  @Test
  void shouldCountRequestsAndReadsOnce() {
    session.call("SET", "k", "v");
    long before = session.counters().executed();
    begin();
    queue("GET", "k");
    queue("GET", "none");
    queue("MGET", "k", "none", "k");
    assertThat(session.traffic().hits()).isZero();
    session.call("EXEC");
    assertThat(session.traffic().hits()).isEqualTo(3);
    assertThat(session.traffic().misses()).isEqualTo(2);
    assertThat(session.counters().executed()).isEqualTo(before + 5);
  }

  @Test
  void shouldEndATurnAfterManyCommands() {
    String many = request("MULTI") + request("INCR", "n").repeat(1024) + request("EXEC");
    int before = session.turns();
    session.send(many.repeat(4));
    assertThat(session.turns() - before).isGreaterThanOrEqualTo(7);
  }
}
