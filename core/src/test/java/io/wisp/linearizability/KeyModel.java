// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a key does, one call after another.
 *
 * <p>With eviction a key may be deleted at any moment. So a miss is always right, but after it the
 * key is absent until it is written again: what was overwritten or deleted never comes back.
 */
public final class KeyModel {

  /** Replies that are no value. */
  public static final String ABSENT = "(absent)";

  public static final String CREATED = "(created)";
  public static final String REPLACED = "(replaced)";

  /** Created or replaced, from a server that does not tell which. */
  public static final String STORED = "(stored)";

  public static final String CONFLICT = "(conflict)";
  public static final String DONE = "(done)";
  public static final String NOT_AN_INTEGER = "(not an integer)";

  /** There was no memory for it; nothing has changed. */
  public static final String REFUSED = "(refused)";

  private static final long NEVER = Long.MAX_VALUE;
  private static final long NANOS_OF_MILLI = 1_000_000;

  /**
   * A key at one moment.
   *
   * @param value null if it is absent
   * @param mayExpireAt the earliest {@link System#nanoTime} at which it may expire
   */
  record State(@Nullable String value, long mayExpireAt) {

    static final State GONE = new State(null, NEVER);
  }

  /** What a call makes of a state, and what it answers. */
  private record Effect(State state, String reply) {}

  private final boolean evicts;

  public KeyModel(boolean evicts) {
    this.evicts = evicts;
  }

  /** The states in which a call can leave a key, with the reply that it had. */
  List<State> after(State state, Call call) {
    if (REFUSED.equals(call.reply())) {
      return List.of(state);
    }
    List<State> possible = new ArrayList<>(2);
    addIfAnswered(apply(state, call), call, possible);
    boolean mayBeGone = evicts || call.returned() >= state.mayExpireAt();
    if (state.value() != null && mayBeGone) {
      addIfAnswered(apply(State.GONE, call), call, possible);
    }
    return possible;
  }

  private static void addIfAnswered(Effect effect, Call call, List<State> possible) {
    String reply = call.reply();
    boolean matches =
        reply == null
            || reply.equals(effect.reply)
            || (reply.equals(STORED)
                && (effect.reply.equals(CREATED) || effect.reply.equals(REPLACED)));
    if (matches && !possible.contains(effect.state)) {
      possible.add(effect.state);
    }
  }

  private static Effect apply(State state, Call call) {
    String value = state.value();
    return switch (call.kind()) {
      case PUT -> new Effect(written(call), value == null ? CREATED : REPLACED);
      case PUT_IF_ABSENT ->
          value == null ? new Effect(written(call), CREATED) : new Effect(state, CONFLICT);
      case GET -> new Effect(state, value == null ? ABSENT : value);
      case DELETE -> new Effect(State.GONE, value == null ? ABSENT : DONE);
      case APPEND -> {
        String longer = value == null ? call.argument() : value + call.argument();
        yield new Effect(new State(longer, state.mayExpireAt()), Integer.toString(longer.length()));
      }
      case INCREMENT -> increment(state);
      case EXPIRE -> {
        if (value == null) {
          yield new Effect(state, ABSENT);
        }
        long millis = Long.parseLong(call.argument());
        yield new Effect(millis <= 0 ? State.GONE : new State(value, expiry(call, millis)), DONE);
      }
    };
  }

  private static State written(Call call) {
    return new State(call.argument(), call.millis() == 0 ? NEVER : expiry(call, call.millis()));
  }

  /** A clock that counts milliseconds may be through with the first at once. */
  private static long expiry(Call call, long millis) {
    return call.invoked() + (millis - 1) * NANOS_OF_MILLI;
  }

  private static Effect increment(State state) {
    String value = state.value();
    try {
      String next = Long.toString(value == null ? 1 : Math.addExact(integer(value), 1));
      return new Effect(new State(next, state.mayExpireAt()), next);
    } catch (NumberFormatException | ArithmeticException e) {
      return new Effect(state, NOT_AN_INTEGER);
    }
  }

  /** As Redis reads one: no sign but minus, no zeros before it. */
  private static long integer(String text) {
    long number = Long.parseLong(text);
    if (!Long.toString(number).equals(text)) {
      throw new NumberFormatException(text);
    }
    return number;
  }
}
