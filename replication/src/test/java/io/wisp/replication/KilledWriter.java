// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client whose servers are killed. It writes keys of its own, and knows of each what it was told
 * and what it asked for at last.
 */
abstract class KilledWriter {

  /** A connection to one of the servers. */
  interface Session extends AutoCloseable {

    /** Asks for some writes, and returns when it was told of all of them. */
    void write();

    /** The value of a key, or null if there is none. */
    @Nullable String get(String key);

    @Override
    void close();
  }

  static final int KEYS = 40;

  private static final int LONGEST_FILLING = 2_000;

  /** So many writes, or pipelines of them, before it counts as at work. */
  private static final int WRITES_BEFORE = 6;

  final Random random;
  private final String name;
  private final Class<? extends RuntimeException> end;
  private final Map<String, @Nullable String> told = new HashMap<>();
  private final Map<String, @Nullable String> asked = new HashMap<>();
  private long counted;
  private long countAsked;
  private long writes;
  private volatile boolean atWork;
  private volatile @Nullable Throwable failure;

  /**
   * A client that has written nothing.
   *
   * @param end how it learns that its server is no more
   */
  KilledWriter(String name, long seed, Class<? extends RuntimeException> end) {
    this.name = name;
    random = new Random(seed);
    this.end = end;
  }

  /** Connects to the server at a port. */
  abstract Session connect(int port);

  /** Writes until the server is killed. */
  final void write(int port) {
    atWork = false;
    try (Session session = connect(port)) {
      for (int i = 1; ; i++) {
        session.write();
        told.putAll(asked);
        asked.clear();
        atWork = i > WRITES_BEFORE;
      }
    } catch (Throwable e) {
      if (!end.isInstance(e)) {
        failure = e;
      }
    }
  }

  /** Whether the server can be killed, or need not be. */
  final boolean isAtWork() {
    return atWork || failure != null;
  }

  /** One of its keys. */
  final String key(int number) {
    return name + number;
  }

  /** A value that no other write has. */
  final String value() {
    return ++writes + " of " + name + "v".repeat(random.nextInt(LONGEST_FILLING));
  }

  /** A key is to be given a value, or none. */
  final void ask(String key, @Nullable String value) {
    asked.put(key, value);
  }

  /** Its two keys that are to have the same value at any time, or none. */
  final List<String> askForBoth(String value) {
    List<String> both = List.of(left(), right());
    both.forEach(key -> ask(key, value));
    return both;
  }

  private String left() {
    return name + " left";
  }

  private String right() {
    return name + " right";
  }

  /** Its key that has a number. */
  final String counter() {
    return name + " count";
  }

  /** Adds 1 to the number, by what gives the sum. */
  final void count(LongSupplier addition) {
    countAsked = counted + 1;
    counted = addition.getAsLong();
    assertThat(counted).isEqualTo(countAsked);
  }

  /** Holds the next server to what was told. */
  final void check(LoggedServer server) {
    assertThat(failure).as(server.said()).isNull();
    try (Session session = connect(server.port())) {
      String count = session.get(counter());
      long found = count == null ? 0 : Long.parseLong(count);
      assertThat(found).isBetween(counted, Math.max(counted, countAsked));
      counted = found;
      assertThat(session.get(left())).isEqualTo(session.get(right()));
      for (String key : asked.keySet()) {
        told.putIfAbsent(key, null);
      }
      for (Map.Entry<String, @Nullable String> each : told.entrySet()) {
        String value = session.get(each.getKey());
        if (asked.containsKey(each.getKey())) {
          assertThat(value).isIn(each.getValue(), asked.get(each.getKey()));
        } else {
          assertThat(value).as(each.getKey()).isEqualTo(each.getValue());
        }
        each.setValue(value);
      }
      asked.clear();
    }
  }
}
