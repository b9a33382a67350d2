// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The slow log and the history of latencies. */
class SlowCommandsTest {

  private static final long SECOND = SessionHarness.START_MILLIS / 1000;

  private final SessionHarness session = new SessionHarness();
  private final SlowLog slowLog = session.slowLog();
  private final LatencyHistory latency = session.latency();

  @AfterEach
  void close() {
    session.close();
  }

  private List<String> logged() {
    return slowLog.entries(-1).stream()
        .map(entry -> new String(entry.words().getFirst(), UTF_8))
        .toList();
  }

  @Test
  void shouldTimeCommandsThatMayTakeLongAndSomeOfTheOthers() {
    slowLog.slowerThanMicros(0);
    for (int i = 0; i < 10 * CommandTimer.SAMPLED; i++) {
      session.call("PING");
    }
    assertThat(logged()).hasSize(10).containsOnly("PING");
    slowLog.clear();
    for (int i = 0; i < 5; i++) {
      session.call("SET", "k", "v".repeat(CommandTimer.MANY_BYTES));
      session.call("KEYS", "*");
    }
    assertThat(logged().stream().filter(name -> !name.equals("PING")))
        .containsExactly("KEYS", "SET", "KEYS", "SET", "KEYS", "SET", "KEYS", "SET", "KEYS", "SET");
  }

  @Test
  void shouldLogNothingThatIsNotSlowOrWhenToldNotTo() {
    slowLog.slowerThanMicros(Long.MAX_VALUE);
    session.call("KEYS", "*");
    slowLog.slowerThanMicros(-1);
    session.call("KEYS", "*");
    assertThat(slowLog.length()).isZero();
  }

  @Test
  void shouldShowWhatWasSlow() {
    slowLog.slowerThanMicros(0);
    session.call("CLIENT", "SETNAME", "me");
    session.call("KEYS", "x".repeat(130));
    slowLog.slowerThanMicros(-1);
    SlowLog.Entry entry = slowLog.entries(-1).getFirst();
    assertThat(session.call("SLOWLOG", "GET"))
        .isEqualTo(
            "*1\r\n*6\r\n:0\r\n:"
                + SECOND
                + "\r\n:"
                + entry.micros()
                + "\r\n*2\r\n$4\r\nKEYS\r\n$146\r\n"
                + "x".repeat(128)
                + "... (2 more bytes)\r\n$11\r\n127.0.0.1:5\r\n$2\r\nme\r\n");
    assertThat(session.call("SLOWLOG", "LEN")).isEqualTo(":1\r\n");
    assertThat(session.call("SLOWLOG", "RESET")).isEqualTo("+OK\r\n");
    assertThat(session.call("SLOWLOG", "GET", "-1")).isEqualTo("*0\r\n");
  }

  @Test
  void shouldKeepABoundedPartOfALongCommand() {
    slowLog.slowerThanMicros(0);
    String[] words = new String[101];
    Arrays.fill(words, "k");
    words[0] = "MSET";
    session.call(words);
    List<byte[]> kept = slowLog.entries(-1).getFirst().words();
    assertThat(kept).hasSize(SlowLog.MAX_WORDS);
    assertThat(new String(kept.getLast(), UTF_8)).isEqualTo("... (70 more arguments)");
  }

  @Test
  void shouldKeepTheLatestEntries() {
    slowLog.slowerThanMicros(0);
    slowLog.maxLength(3);
    for (int i = 0; i < 5; i++) {
      session.call("KEYS", "" + i);
    }
    assertThat(slowLog.entries(-1).stream().map(SlowLog.Entry::id)).containsExactly(4L, 3L, 2L);
    assertThat(slowLog.entries(2)).hasSize(2);
  }

  @Test
  void shouldRefuseWrongCounts() {
    String refusal = "-ERR count should be greater than or equal to -1\r\n";
    assertThat(session.call("SLOWLOG", "GET", "a")).isEqualTo(refusal);
    assertThat(session.call("SLOWLOG", "GET", "-2")).isEqualTo(refusal);
    assertThat(session.call("SLOWLOG", "get", "1", "2"))
        .isEqualTo(
            "-ERR unknown subcommand or wrong number of arguments for 'get'. Try SLOWLOG"
                + " HELP.\r\n");
    assertThat(session.call("SLOWLOG", "LEN", "1"))
        .isEqualTo("-ERR wrong number of arguments for 'slowlog|len' command\r\n");
  }

  @Test
  void shouldTellWhenCommandsTookLong() {
    assertThat(latency.isLong(Long.MAX_VALUE)).isFalse();
    latency.thresholdMillis(5);
    assertThat(latency.isLong(4_999_999)).isFalse();
    assertThat(latency.isLong(5_000_000)).isTrue();
    assertThat(session.call("LATENCY", "LATEST")).isEqualTo("*0\r\n");
    latency.add(9_000_000, 50);
    latency.add(7_000_000, 50);
    latency.add(6_000_000, 60);
    assertThat(session.call("LATENCY", "LATEST"))
        .isEqualTo("*1\r\n*4\r\n$7\r\ncommand\r\n:60\r\n:6\r\n:9\r\n");
    assertThat(session.call("LATENCY", "HISTORY", "command"))
        .isEqualTo("*2\r\n*2\r\n:50\r\n:9\r\n*2\r\n:60\r\n:6\r\n");
    assertThat(session.call("LATENCY", "HISTORY", "fork")).isEqualTo("*0\r\n");
    assertThat(session.call("LATENCY", "RESET", "fork")).isEqualTo(":0\r\n");
    assertThat(session.call("LATENCY", "RESET")).isEqualTo(":1\r\n");
    assertThat(session.call("LATENCY", "RESET", "command")).isEqualTo(":0\r\n");
    assertThat(session.call("LATENCY", "HISTOGRAM", "get")).isEqualTo("*0\r\n");
  }

  @Test
  void shouldKeepTheLatestSamples() {
    for (int second = 0; second < 2 * LatencyHistory.MAX_SAMPLES; second++) {
      latency.add(1_000_000, second);
    }
    assertThat(latency.samples()).hasSize(LatencyHistory.MAX_SAMPLES);
    assertThat(latency.samples().getFirst().second()).isEqualTo(LatencyHistory.MAX_SAMPLES);
  }
}
