// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.linearizability.Call.Kind;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What one party asks for in a round: anything, of a few keys that others use at the same time. */
public final class RandomCalls {

  private static final int LONG_EXPIRY_MILLIS = 1_000_000;
  private static final int COMMON_LENGTH = 100;

  private final Party party;
  private final List<Kind> kinds;
  private final Random random;
  private final boolean expiriesPass;
  private int written;

  /**
   * Calls of a party.
   *
   * @param expiriesPass whether some keys are to live for so short that they may expire meanwhile
   */
  public RandomCalls(Party party, long seed, boolean expiriesPass) {
    this.party = party;
    this.expiriesPass = expiriesPass;
    this.kinds = party.kinds().stream().sorted().toList();
    this.random = new Random(seed);
  }

  /**
   * Makes calls and records them.
   *
   * @param afterFailure told of a call that threw, of which nobody knows what became
   */
  public void run(
      Recorder recorder, List<String> keys, int calls, Consumer<RuntimeException> afterFailure) {
    for (int i = 0; i < calls; i++) {
      String key = keys.get(random.nextInt(keys.size()));
      Kind kind = random.nextInt(3) == 0 ? Kind.GET : kinds.get(random.nextInt(kinds.size()));
      String argument = argument(kind);
      long millis = kind == Kind.PUT && random.nextInt(8) == 0 ? timeToLive() : 0;
      try {
        recorder.call(
            party.name(),
            key,
            kind,
            argument,
            millis,
            () -> party.call(kind, key, argument, millis));
      } catch (RuntimeException e) {
        afterFailure.accept(e);
      }
    }
  }

  private String argument(Kind kind) {
    return switch (kind) {
      case PUT, PUT_IF_ABSENT -> value();
      case APPEND -> "+" + party.name() + written++;
      case EXPIRE -> Integer.toString(millisToLive());
      case GET, DELETE, INCREMENT -> "";
    };
  }

  /**
   * No two values of a history are the same, or nobody could tell which was read. Many are of one
   * length, as values are that a store writes over those that they replace.
   */
  private String value() {
    int number = written++;
    if (random.nextInt(3) == 0) {
      return Integer.toString(
          1_000_000 * (1 + Math.floorMod(party.name().hashCode(), 1_000)) + 1_000 * number);
    }
    String name = party.name() + number + ":";
    int filler =
        switch (random.nextInt(20)) {
          case 0 -> random.nextInt(1_000_000);
          case 1, 2, 3 -> random.nextInt(5_000);
          case 4, 5, 6, 7, 8, 9 -> random.nextInt(80);
          default -> Math.max(0, COMMON_LENGTH - name.length());
        };
    return name + Character.toString('a' + random.nextInt(26)).repeat(filler);
  }

  private int millisToLive() {
    return random.nextInt(3) == 0 ? -1 : timeToLive();
  }

  private int timeToLive() {
    return expiriesPass && random.nextBoolean() ? 1 + random.nextInt(5) : LONG_EXPIRY_MILLIS;
  }
}
