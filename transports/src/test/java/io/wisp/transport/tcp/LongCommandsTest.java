// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static io.wisp.transport.tcp.RunningServer.read;
import static io.wisp.transport.tcp.RunningServer.write;
import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Steps;
import io.wisp.store.Store;
import io.wisp.testing.Eventually;
import io.wisp.transport.tcp.command.Execution;
import io.wisp.transport.tcp.command.GlobPattern;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.session.RespSession.Progress;
import io.wisp.transport.tcp.session.SessionHarness;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that is long does not keep others waiting. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LongCommandsTest {

  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** A store whose walks go on until they are told to end, and count their steps. */
  private Store endlessStore() {
    HeapStore store = new HeapStore();
    Steps walk =
        () -> {
          steps.incrementAndGet();
          return !ended.get();
        };
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "clearing", "choosingKey" -> walk;
                  case "scan" -> walk.next() ? 1L : 0L;
                  default -> {
                    try {
                      yield method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }
                });
  }

  @ParameterizedTest
  @CsvSource({
    "FLUSHALL, false, +OK",
    "FLUSHDB, true, +OK",
    "RANDOMKEY, false, $-1",
    "KEYS *, false, *0",
    "KEYS a*b, true, *0"
  })
  void shouldServeOthersBetweenTheStepsOfOne(String command, boolean busyPoll, String reply)
      throws Exception {
    try (RunningServer running =
            new RunningServer(
                endlessStore(),
                options -> options.withThreads(1).withBusyPoll(busyPoll),
                TcpLimits.defaults());
        Socket patient = running.openSocket();
        Socket other = running.openSocket()) {
      write(patient, request(command.split(" ", -1)) + request("PING"));
      Eventually.await(() -> steps.get() >= 3);
      for (int i = 0; i < 10; i++) {
        write(other, request("SET", "k", "v") + request("GET", "k"));
        assertThat(read(other, 12)).isEqualTo("+OK\r\n$1\r\nv\r\n");
      }
      assertThat(patient.getInputStream().available()).isZero();
      ended.set(true);
      assertThat(read(patient, reply.length() + 9)).isEqualTo(reply + "\r\n+PONG\r\n");
    }
  }

  @Test
  void shouldForgetACommandWhoseClientIsGone() throws Exception {
    try (RunningServer running =
        new RunningServer(
            endlessStore(), options -> options.withThreads(1), TcpLimits.defaults())) {
      Socket gone = running.openSocket();
      write(gone, request("KEYS", "*"));
      Eventually.await(() -> steps.get() >= 3);
      gone.close();
      ended.set(true);
      Eventually.await(() -> running.server().statistics().connections() == 0);
    }
  }

  @Test
  void shouldGiveTheMemoryOfAnUnfinishedCommandBack() {
    try (SessionHarness session = new SessionHarness(null, 0, endlessStore())) {
      assertThat(session.sendForOneTurn(request("KEYS", "a*"))).isEqualTo(Progress.TURN_OVER);
      assertThat(session.sendForOneTurn("")).isEqualTo(Progress.TURN_OVER);
    }
  }

  @Test
  void shouldMatchLongKeysWithPauses() {
    try (SessionHarness session = new SessionHarness()) {
      session.call("SET", "a".repeat(20_000), "v");
      session.call("SET", "a".repeat(1_000) + "b", "v");
      int before = session.turns();
      String pattern = "*" + "a".repeat(1_000) + "b";
      assertThat(session.call("KEYS", pattern)).startsWith("*1\r\n$1001\r\n");
      assertThat(session.turns() - before).isBetween(200, 400);
      before = session.turns();
      assertThat(session.call("SCAN", "0", "MATCH", pattern)).contains("*1\r\n$1001\r\n");
      assertThat(session.turns() - before).isBetween(200, 400);
    }
  }

  @Test
  void shouldEndATurnAfterManyRequests() {
    try (SessionHarness session = new SessionHarness()) {
      int requests = 5 * Execution.REQUESTS_PER_TURN;
      assertThat(session.send("PING\r\n".repeat(requests))).isEqualTo("+PONG\r\n".repeat(requests));
      assertThat(session.turns()).isGreaterThanOrEqualTo(5);
      int before = session.turns();
      String[] words = new String[requests + 1];
      Arrays.fill(words, "k");
      words[0] = "EXISTS";
      assertThat(session.call(words)).isEqualTo(":0\r\n");
      assertThat(session.turns() - before).isGreaterThanOrEqualTo(5);
      before = session.turns();
      words[0] = "MSET";
      String pairs = request(Arrays.copyOf(words, Execution.REQUESTS_PER_TURN + 1));
      assertThat(session.send(pairs.repeat(10))).isEqualTo("+OK\r\n".repeat(10));
      assertThat(session.turns() - before).isGreaterThanOrEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INFO", "CONFIG GET *", "KEYS *", "SCAN 0", "RANDOMKEY", "CLIENT LIST"})
  void shouldEndATurnAfterAFewLongRequests(String request) {
    try (SessionHarness session = new SessionHarness()) {
      session.send((request + "\r\n").repeat(100));
      assertThat(session.turns()).isGreaterThanOrEqualTo(10);
    }
  }

  /** What is copied or compared is not seen in the replies, and still takes time. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SETBIT long 7 0",
        "SETBIT long 7 1",
        "SETRANGE long 5 x",
        "SETRANGE new 500000 x",
        "APPEND long x",
        "DELIFEQ long x",
        "SET long x IFEQ y",
        "BITCOUNT long",
        "LCS long none LEN"
      })
  void shouldEndATurnAfterAFewRequestsThatLookAtALongValue(String command) {
    try (SessionHarness session = new SessionHarness()) {
      session.store().put(Slice.of("long"), Slice.of(new byte[500_000]));
      String request = request(command.split(" ", -1));
      for (int i = 0; i < 4; i++) {
        session.send(request);
      }
      int before = session.turns();
      session.send(request.repeat(20));
      assertThat(session.turns() - before).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void shouldLookForParametersInSteps() {
    try (SessionHarness session = new SessionHarness()) {
      String slow = "*[" + "x".repeat(GlobPattern.MAX_LENGTH - 20) + "]y";
      assertThat(session.call("CONFIG", "GET", slow, "maxcl*"))
          .isEqualTo("*2\r\n$10\r\nmaxclients\r\n$2\r\n10\r\n");
      assertThat(session.turns()).isGreaterThan(30);
    }
  }

  @Test
  void shouldRefusePatternsThatAreTooLongTogether() {
    try (SessionHarness session = new SessionHarness()) {
      String half = "a".repeat(GlobPattern.MAX_LENGTH / 2);
      assertThat(session.call("CONFIG", "GET", half, half + "a"))
          .isEqualTo("-ERR the patterns have 262145 bytes together, and 262144 is the most\r\n");
    }
  }

  @Test
  void shouldEndATurnAfterAFewLongFiltersOfCommands() {
    try (SessionHarness session = new SessionHarness()) {
      String pattern = "*[" + "x".repeat(4000) + "]y";
      session.send(request("COMMAND", "LIST", "FILTERBY", "PATTERN", pattern).repeat(10));
      assertThat(session.turns()).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void shouldListManyClientsInSteps() {
    try (SessionHarness session = new SessionHarness()) {
      session.clients(10_000);
      assertThat(session.call("CLIENT", "LIST").lines().filter(line -> line.startsWith("id=")))
          .hasSize(10_000);
      assertThat(session.turns()).isGreaterThan(30);
    }
  }

  @Test
  void shouldSendALongListOfKeysInPieces() {
    try (SessionHarness session = new SessionHarness()) {
      for (int i = 0; i < 40; i++) {
        session.store().put(Slice.of(i + "k".repeat(60_000)), Slice.of("v"));
      }
      String reply = session.call("KEYS", "*");
      assertThat(reply).startsWith("*40\r\n$6000").endsWith("k\r\n");
      assertThat(reply.length()).isBetween(40 * 60_000, 40 * 60_020);
      assertThat(session.largestOutput()).isLessThan(2 * Execution.OUTPUT_LIMIT);
    }
  }

  @Test
  void shouldRefusePatternsThatNoKeyNeeds() {
    try (SessionHarness session = new SessionHarness()) {
      String pattern = "a".repeat(GlobPattern.MAX_LENGTH + 1);
      String error = "-ERR the pattern has 262145 bytes, and 262144 is the most\r\n";
      assertThat(session.call("KEYS", pattern)).isEqualTo(error);
      assertThat(session.call("SCAN", "0", "MATCH", pattern)).isEqualTo(error);
      assertThat(session.call("CONFIG", "GET", pattern)).isEqualTo(error);
      assertThat(session.call("KEYS", "a".repeat(GlobPattern.MAX_LENGTH))).isEqualTo("*0\r\n");
    }
  }

  /** What differs lies behind what is made text of. */
  @Test
  void shouldLookAtTheEndOfALongPatternOrCursorToo() {
    int length = Arguments.MAX_TEXT_LENGTH + 1;
    try (SessionHarness session = new SessionHarness()) {
      assertThat(session.call("CONFIG", "GET", "*".repeat(length) + "x")).isEqualTo("*0\r\n");
      assertThat(session.call("CONFIG", "GET", "*".repeat(length) + "clients"))
          .isEqualTo("*2\r\n$10\r\nmaxclients\r\n$2\r\n10\r\n");
      assertThat(session.call("SCAN", "0".repeat(length) + "x"))
          .isEqualTo("-ERR invalid cursor\r\n");
    }
  }
}
