// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.RacedStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What happens at one moment is tried again when others disturb it, and then happens once. */
class RepeatedTransactionTest {

  /** A store in which somebody else is always first, a few times. */
  private static final class DisturbedStore extends ForwardingStore {

    private final Store store = new HeapStore();
    private int disturbances;

    DisturbedStore(int disturbances) {
      this.disturbances = disturbances;
    }

    @Override
    public Status writeAll(WriteBatch batch) {
      return disturbances-- > 0 ? Status.CONFLICT : super.writeAll(batch);
    }

    @Override
    protected Store store() {
      return store;
    }
  }

  private static RacedStore raced(Consumer<Store> other) {
    HeapStore store = new HeapStore();
    store.put(Slice.of("a"), Slice.of("1"));
    store.put(Slice.of("b"), Slice.of("1"));
    return new RacedStore(store, RacedStore.Moment.AFTER_READING, other);
  }

  private static void setBoth(Store store) {
    store.put(Slice.of("a"), Slice.of("2"));
    store.put(Slice.of("b"), Slice.of("2"));
  }

  @Test
  void shouldReplyOnlyWhatTheLastTryCameTo() {
    DisturbedStore store = new DisturbedStore(3);
    store.store.put(Slice.of("k"), Slice.of("v"));
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      String requests =
          request("MULTI")
              + request("GET", "none")
              + request("GET", "k")
              + request("HELLO", "3")
              + request("GET", "none")
              + request("INCR", "n")
              + request("EXEC")
              + request("PING");
      assertThat(session.send(requests))
          .startsWith("+OK\r\n" + "+QUEUED\r\n".repeat(5) + "*5\r\n$-1\r\n$1\r\nv\r\n%7\r\n")
          .endsWith("*0\r\n_\r\n:1\r\n+PONG\r\n");
      assertThat(store.disturbances).isNegative();
      assertThat(session.traffic().hits()).isOne();
      assertThat(session.traffic().misses()).isEqualTo(2);
    }
  }

  @Test
  void shouldMoveAKeyOnce() {
    DisturbedStore store = new DisturbedStore(3);
    store.store.put(Slice.of("k"), Slice.of("v"));
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      assertThat(session.call("RENAME", "k", "z")).isEqualTo("+OK\r\n");
      assertThat(session.call("GET", "z")).isEqualTo("$1\r\nv\r\n");
      assertThat(session.call("RENAME", "k", "z")).isEqualTo("-ERR no such key\r\n");
    }
  }

  @Test
  void shouldReadWhatOthersWriteMeanwhile() {
    RacedStore store = raced(RepeatedTransactionTest::setBoth);
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      session.send(request("MULTI") + request("GET", "a") + request("INCR", "b"));
      assertThat(session.call("EXEC")).isEqualTo("*2\r\n$1\r\n2\r\n:3\r\n");
      assertThat(store.isOver()).isTrue();
    }
  }

  @Test
  void shouldDoNothingIfAWatchedKeyChangesMeanwhile() {
    RacedStore store = raced(RepeatedTransactionTest::setBoth);
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      session.send(request("WATCH", "none") + request("MULTI") + request("UNWATCH"));
      session.send(request("GET", "a") + request("SET", "c", "3"));
      assertThat(session.call("EXEC")).isEqualTo("*3\r\n+OK\r\n$1\r\n2\r\n+OK\r\n");
    }
    store = raced(other -> other.put(Slice.of("none"), Slice.of("1")));
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      session.send(request("WATCH", "none") + request("MULTI") + request("UNWATCH"));
      session.send(request("GET", "a") + request("SET", "c", "3"));
      assertThat(session.call("EXEC")).isEqualTo("*-1\r\n");
      assertThat(session.call("EXISTS", "c")).isEqualTo(":0\r\n");
    }
  }

  @Test
  void shouldGetManyValuesOfOneMoment() {
    RacedStore store = raced(RepeatedTransactionTest::setBoth);
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      assertThat(session.call("MGET", "a", "", "b"))
          .isEqualTo("*3\r\n$1\r\n2\r\n$-1\r\n$1\r\n2\r\n");
      assertThat(session.traffic().hits()).isEqualTo(2);
      assertThat(session.traffic().misses()).isOne();
    }
  }

  @Test
  void shouldGetMoreValuesOneAfterTheOther() {
    RacedStore store = raced(RepeatedTransactionTest::setBoth);
    String[] words = new String[Command.MAX_KEYS + 2];
    Arrays.fill(words, "none");
    words[0] = "MGET";
    words[1] = "a";
    words[2] = "b";
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      assertThat(session.call(words))
          .isEqualTo("*8193\r\n$1\r\n1\r\n$1\r\n2\r\n" + "$-1\r\n".repeat(8191));
      assertThat(session.traffic().hits()).isEqualTo(2);
      assertThat(session.traffic().misses()).isEqualTo(8191);
    }
  }

  @Test
  void shouldGetALongReplyOneValueAfterTheOther() {
    RacedStore store = raced(RepeatedTransactionTest::setBoth);
    store.put(Slice.of("long"), Slice.of(new byte[600 << 10]));
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      String reply = session.call("MGET", "long", "long", "a", "b");
      assertThat(reply.length()).isGreaterThan(1200 << 10);
      assertThat(reply.substring(reply.length() - 20)).endsWith("$1\r\n2\r\n$1\r\n2\r\n");
      assertThat(session.traffic().hits()).isEqualTo(4);
    }
  }
}
