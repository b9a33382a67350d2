// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.RacedStore;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command that reads, while others delete or replace what it reads: its reply and what it
 * leaves are those of the command executed after that.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RacedCommandsTest {

  private static final long EXPIRY = SessionHarness.START_MILLIS + 100_000;
  private static final Slice KEY = Slice.of("k");

  private static final List<String> COMMANDS =
      List.of(
          "GET k",
          "MGET k other",
          "STRLEN k",
          "TYPE k",
          "EXISTS k",
          "TTL k",
          "PTTL k",
          "APPEND k 77",
          "INCR k",
          "DECR k",
          "INCRBY k 5",
          "DECRBY k 5",
          "GETSET k new",
          "SET k new GET",
          "SET k new GET NX",
          "SET k new GET XX",
          "SET k new GET KEEPTTL",
          "GETDEL k",
          "GETEX k",
          "GETEX k PX 5000",
          "GETEX k PERSIST",
          "PERSIST k",
          "EXPIRE k 50 NX",
          "EXPIRE k 50 XX",
          "EXPIRE k 50 GT",
          "EXPIRE k 500 LT",
          "EXPIRETIME k",
          "PEXPIRETIME k",
          "GETRANGE k 1 -2",
          "SETRANGE k 2 ab",
          "SETRANGE k 40 ab",
          "GETBIT k 3",
          "SETBIT k 3 0",
          "SETBIT k 400 1",
          "BITCOUNT k 1 -1",
          "BITPOS k 0 1 3",
          "INCRBYFLOAT k 0.5",
          "DELIFEQ k 12345",
          "SET k new IFEQ 12345",
          "SET k new GET IFEQ 12345",
          "LCS k other",
          "RENAME k moved",
          "RENAMENX k moved",
          "COPY k moved",
          "COPY k moved REPLACE",
          "OBJECT ENCODING k",
          "OBJECT REFCOUNT k",
          "MEMORY USAGE k");

  private static final List<Consumer<Store>> OTHERS =
      List.of(
          store -> store.delete(KEY),
          store -> store.put(KEY, Slice.of("31")),
          store -> store.put(KEY, Slice.of("a longer value, and not a number")),
          store -> store.expire(KEY, EXPIRY + 1_000),
          store -> {
            store.delete(KEY);
            store.put(KEY, Slice.of("31"));
          });

  static Stream<String> commands() {
    return COMMANDS.stream();
  }

  private static HeapStore prepared() {
    HeapStore store = new HeapStore(Long.MAX_VALUE, () -> SessionHarness.START_MILLIS);
    store.put(KEY, Slice.of("12345"));
    store.expire(KEY, EXPIRY);
    return store;
  }

  private static String reply(Store store, String command) {
    try (SessionHarness session = new SessionHarness(null, 0, store)) {
      return session.call(command.split(" "));
    }
  }

  /** What a command replied, and what there is afterwards. */
  private static String outcome(String reply, Store store) {
    return reply + reply(store, "GET k") + reply(store, "PTTL k");
  }

  private static String afterOther(Consumer<Store> other, String command) {
    Store store = prepared();
    other.accept(store);
    return outcome(reply(store, command), store);
  }

  private static String beforeOther(Consumer<Store> other, String command) {
    Store store = prepared();
    String reply = reply(store, command);
    other.accept(store);
    return outcome(reply, store);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldUseNothingOfAValueThatIsDeletedOrReplacedWhileItIsCopied(String command) {
    for (Consumer<Store> other : OTHERS) {
      HeapStore store = prepared();
      RacedStore raced = new RacedStore(store, RacedStore.Moment.WHILE_COPYING, other);
      assertThat(outcome(reply(raced, command), store)).isEqualTo(afterOther(other, command));
      assertThat(raced.isOver()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldBeWhollyBeforeOrAfterWhatOthersWriteWhenItHasRead(String command) {
    for (Consumer<Store> other : OTHERS) {
      HeapStore store = prepared();
      RacedStore raced = new RacedStore(store, RacedStore.Moment.AFTER_READING, other);
      assertThat(outcome(reply(raced, command), store))
          .isIn(beforeOther(other, command), afterOther(other, command));
      assertThat(raced.isOver()).isTrue();
    }
  }
}
