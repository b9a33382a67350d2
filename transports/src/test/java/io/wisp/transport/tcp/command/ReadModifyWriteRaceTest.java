// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two clients at work on one key of the real store, each on a thread of its own: their replies and
 * what they leave are those of one of the two orders.
 */
@Timeout(120)
class ReadModifyWriteRaceTest {

  private static final int ROUNDS = 60;
  private static final String NUMBER = "12345";
  private static final String LONG_VALUE = "v".repeat(256 << 10);

  @ParameterizedTest
  @CsvSource({
    "APPEND k x, DEL k",
    "APPEND k x, SET k y",
    "APPEND k x, APPEND k y",
    "GETSET k x, DEL k",
    "SET k x GET, DEL k",
    "SET k x GET XX, DEL k",
    "SET k x GET NX, DEL k",
    "GETDEL k, DEL k",
    "GETDEL k, GETDEL k",
    "GETDEL k, SET k y",
    "GETEX k PERSIST, DEL k",
    "GETEX k PERSIST, SET k y",
    "PERSIST k, DEL k",
    "PERSIST k, SET k y",
    "PEXPIREAT k 5000000000000 GT, DEL k",
    "PEXPIREAT k 5000000000000 GT, SET k y",
    "INCR n, DEL n",
    "INCR n, INCR n",
    "DECRBY n 7, SET n 1",
    "INCR n, APPEND n 0",
    "SETRANGE k 300000 x, DEL k",
    "SETRANGE k 0 x, APPEND k y",
    "SETBIT k 3 0, SETRANGE k 0 y",
    "INCRBYFLOAT n 0.5, DEL n",
    "INCRBYFLOAT n 0.5, INCRBYFLOAT n 0.25",
    "DELIFEQ n 12345, INCR n",
    "SET n 7 IFEQ 12345, INCR n",
    "RENAME k n, DEL k",
    "RENAME k n, SET n 1",
    "RENAME n k, INCR n",
    "RENAMENX k z, SET k y",
    "COPY k n REPLACE, SETRANGE k 0 y",
    "COPY n k REPLACE, RENAME k n",
    "MSETNX z 1 k 2, DEL k",
    "MGET k n, MSET k y n 1",
    "MGET n k, RENAME k n"
  })
  void shouldDoTwoCommandsOneAfterTheOther(String one, String other) throws Exception {
    List<String> allowed = List.of(inOrder(one, other, false), inOrder(other, one, true));
    try (CuckooStore store = CuckooStore.open(64 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      CyclicBarrier barrier = new CyclicBarrier(2);
      Future<List<String>> ones = threads.submit(() -> run(store, one, barrier, true));
      Future<List<String>> others = threads.submit(() -> run(store, other, barrier, false));
      List<String> outcomes = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        outcomes.add(ones.get().get(2 * i) + others.get().get(i) + ones.get().get(2 * i + 1));
      }
      assertThat(outcomes).isSubsetOf(allowed);
    }
  }

  private static void prepare(SessionHarness session) {
    session.call("DEL", "z");
    session.call("SET", "k", LONG_VALUE, "PXAT", "4000000000000");
    session.call("SET", "n", NUMBER);
  }

  private static String state(SessionHarness session) {
    return call(session, "GET k")
        + (session.call("PTTL", "k").length() > 5)
        + call(session, "GET n");
  }

  /** The reply, or what tells a long one from others. */
  private static String call(SessionHarness session, String command) {
    String reply = session.call(command.split(" "));
    return reply.length() < 100 ? reply : reply.length() + " bytes, " + reply.hashCode();
  }

  private static String inOrder(String first, String second, boolean swapped) {
    try (SessionHarness session = new SessionHarness(null, 0, new HeapStore())) {
      prepare(session);
      String one = call(session, first);
      String other = call(session, second);
      return (swapped ? other + one : one + other) + state(session);
    }
  }

  /** The replies of all rounds, each with the state after it if this is the one that looks. */
  private static List<String> run(Store store, String command, CyclicBarrier barrier, boolean looks)
      throws Exception {
    List<String> replies = new ArrayList<>();
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      for (int i = 0; i < ROUNDS; i++) {
        if (looks) {
          prepare(session);
        }
        barrier.await(60, TimeUnit.SECONDS);
        replies.add(call(session, command));
        barrier.await(60, TimeUnit.SECONDS);
        if (looks) {
          replies.add(state(session));
        }
      }
      barrier.await(60, TimeUnit.SECONDS);
    }
    return replies;
  }
}
