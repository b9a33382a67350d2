// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.RecordingPrefetcher;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestsAheadTest {

  private final RecordingPrefetcher prefetcher = new RecordingPrefetcher();
  private final SessionHarness session =
      new SessionHarness(null, Long.MAX_VALUE, prefetcher.store());

  @AfterEach
  void close() {
    session.close();
  }

  private static String gets(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> request("GET", "k" + i))
        .collect(Collectors.joining());
  }

  private static List<String> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "k" + i).toList();
  }

  @Test
  void shouldNotLookAtAllForSingleRequests() {
    session.send(gets(0, 1));
    session.send(request("SET", "k", "v"));
    assertThat(prefetcher.loads()).isEmpty();
  }

  @Test
  void shouldLoadSixteenAtATimeOfWhatWaitsBehindTheFirst() {
    assertThat(session.send(gets(0, 40))).isEqualTo("$-1\r\n".repeat(40));
    assertThat(prefetcher.loads()).containsExactly(keys(1, 17), keys(17, 33), keys(33, 40));
  }

  @Test
  void shouldLeaveRequestsAloneWhereItIsOfNoUse() {
    prefetcher.useful(false);
    session.send(gets(0, 40));
    assertThat(prefetcher.loads()).isEmpty();
  }

  @Test
  void shouldTakeTheFirstKeysOfAllThatHaveOneAndPassOverTheRest() {
    session.send(
        request("PING")
            + request("set", "k1", "v")
            + request("PING")
            + request("NOSUCH", "x")
            + request("GET", "")
            + request("GET", "k".repeat(65_536))
            + request("CONFIG", "GET", "save")
            + request("MSET", "k2", "v", "k3", "v")
            + request("INCR", "k4"));
    assertThat(prefetcher.loads().stream().flatMap(List::stream)).containsExactly("k1", "k2", "k4");
  }

  @Test
  void shouldStopWhereARequestIsNotThereYet() {
    String last = request("GET", "k3");
    session.send(gets(0, 3) + last.substring(0, last.length() - 3));
    assertThat(prefetcher.loads()).containsExactly(keys(1, 3));
    assertThat(session.send(last.substring(last.length() - 3))).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldNotLookIntoOneOfManyArguments() {
    String[] words =
        IntStream.range(-1, 100).mapToObj(i -> i < 0 ? "DEL" : "x").toArray(String[]::new);
    session.send(gets(0, 2) + request(words) + gets(3, 5));
    assertThat(prefetcher.loads()).containsExactly(keys(1, 2), keys(3, 5));
  }

  @Test
  void shouldGoOnBehindALineThatWasTyped() {
    session.send(gets(0, 2) + "GET k2\r\n" + gets(3, 5));
    assertThat(prefetcher.loads()).containsExactly(keys(1, 2), keys(3, 5));
  }

  @Test
  void shouldLeaveErrorsToWhoeverExecutes() {
    assertThat(session.send(gets(0, 2) + "*2\r\n$3\r\nGET\r\n+k2\r\n"))
        .isEqualTo("$-1\r\n$-1\r\n-ERR Protocol error: expected '$', got '+'\r\n");
    assertThat(prefetcher.loads()).containsExactly(keys(1, 2));
  }

  @Test
  void shouldNotLookForClientsThatGaveNoPassword() {
    try (SessionHarness locked = new SessionHarness("secret", 1 << 20, prefetcher.store())) {
      locked.send(gets(0, 5));
      assertThat(prefetcher.loads()).isEmpty();
      locked.send(request("AUTH", "secret") + gets(0, 5));
      assertThat(prefetcher.loads()).containsExactly(keys(1, 5));
    }
  }

  @Test
  void shouldLookAtSixtyFourKibibytesTogether() {
    String value = "v".repeat(30 << 10);
    session.send(
        IntStream.range(0, 8)
            .mapToObj(i -> request("SET", "k" + i, value))
            .collect(Collectors.joining()));
    assertThat(prefetcher.loads()).isNotEmpty().allMatch(keys -> keys.size() <= 3);
  }

  @Test
  void shouldLoadEachKeyOnceThatCanBeOne() {
    String[] words =
        IntStream.range(-1, 40)
            .mapToObj(i -> i < 0 ? "MGET" : i < 20 ? "" : "k" + i)
            .toArray(String[]::new);
    session.send(request(words));
    assertThat(prefetcher.loads()).containsExactly(keys(20, 32), keys(32, 40));
  }

  @Test
  void shouldLoadTheKeysOfOneRequestForMany() {
    String[] words =
        IntStream.range(-1, 40).mapToObj(i -> i < 0 ? "MGET" : "k" + i).toArray(String[]::new);
    session.send(request(words));
    assertThat(prefetcher.loads()).containsExactly(keys(0, 16), keys(16, 32), keys(32, 40));
  }
}
