// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.Range;
import io.wisp.measure.input.UserError;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How often each action comes, in proportion to the others: {@code put:1,get:1,delete:1}. */
public final class OperationMix {

  private static final Range WEIGHTS = new Range(0, 1_000_000);

  /** The mixes that have a name. */
  private static final Map<String, String> NAMED = named();

  private static final Pattern READS_AND_WRITES = Pattern.compile("(\\d{1,3})/(\\d{1,3})");

  private final Map<Action, Integer> weights;
  private final Action[] actions;
  private final int[] shares;
  private final int total;

  private OperationMix(Map<Action, Integer> weights) {
    this.weights = weights;
    this.actions = weights.keySet().toArray(Action[]::new);
    this.shares = weights.values().stream().mapToInt(Integer::intValue).toArray();
    this.total = Arrays.stream(shares).sum();
  }

  private static Map<String, String> named() {
    Map<String, String> named = new LinkedHashMap<>();
    named.put("get", "get:1");
    named.put("put", "put:1");
    named.put("delete", "putdelete:1");
    named.put("mixed", "get:95,put:5");
    named.put("wisp", "put:1,get:1,delete:1");
    return named;
  }

  /**
   * The mix of a name: {@code get} and {@code put} of keys that are all there; {@code delete},
   * which puts each key that it deletes; {@code mixed}, 95 gets to 5 puts as in YCSB's workload B;
   * {@code wisp}, a third each of puts, gets and deletes, as in the original Wisp's test.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static OperationMix named(String name) {
    String mix = NAMED.get(name);
    if (mix == null) {
      throw new IllegalArgumentException(
          "there is no operation \"" + name + "\"; there are " + String.join(", ", NAMED.keySet()));
    }
    return parse(mix);
  }

  /**
   * Reads a mix, or the percentages of gets and of puts, as {@code 95/5}. What is not named does
   * not come.
   *
   * @throws UserError if the text is no mix; the message says what it should look like
   */
  public static OperationMix parse(String text) {
    Matcher percentages = READS_AND_WRITES.matcher(text.strip());
    if (percentages.matches()) {
      int reads = Integer.parseInt(percentages.group(1));
      int writes = Integer.parseInt(percentages.group(2));
      if (reads + writes != 100) {
        throw malformed(text, reads + " and " + writes + " are not 100 percent");
      }
      return parse("get:" + reads + ",put:" + writes);
    }
    Map<Action, Integer> weights = new EnumMap<>(Action.class);
    for (String part : text.split(",", -1)) {
      int colon = part.indexOf(':');
      if (colon < 0) {
        throw malformed(text, "\"" + part.strip() + "\" has no weight");
      }
      Action action = action(text, part.substring(0, colon).strip());
      int weight = weight(text, part.substring(colon + 1).strip());
      if (weights.put(action, weight) != null) {
        throw malformed(text, action.word() + " is there twice");
      }
    }
    if (weights.values().stream().allMatch(weight -> weight == 0)) {
      throw malformed(text, "every weight is 0");
    }
    return new OperationMix(weights);
  }

  private static Action action(String text, String word) {
    return Arrays.stream(Action.values())
        .filter(action -> action.word().equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(() -> malformed(text, "there is no operation \"" + word + "\""));
  }

  private static int weight(String text, String number) {
    try {
      return WEIGHTS.check("--mix weight", Integer.parseInt(number));
    } catch (NumberFormatException e) {
      throw malformed(text, "\"" + number + "\" is no weight from 0 to " + WEIGHTS.most());
    }
  }

  private static UserError malformed(String text, String reason) {
    return UserError.usage(
        "--mix %s: %s; write it as put:1,get:1,delete:1 or get:95,put:5 or 95/5"
            .formatted(text, reason));
  }

  /** Draws an action, without allocating. */
  Action next(SplittableRandom random) {
    if (actions.length == 1) {
      return actions[0];
    }
    int ticket = random.nextInt(total);
    int i = 0;
    while (ticket >= shares[i]) {
      ticket -= shares[i++];
    }
    return actions[i];
  }

  /** Whether it inserts keys, for which there must be room. */
  public boolean inserts() {
    return weighs(Action.INSERT);
  }

  /**
   * Whether a key is there before the first request, so that the answers mean something from the
   * first one on: no key of a mix that puts what it deletes; of one that deletes keys, every
   * second, which is the share that as many puts as deletes settle at; else every key.
   */
  public boolean startsPresent(long key) {
    return !weighs(Action.PUT_THEN_DELETE) && (!weighs(Action.DELETE) || key % 2 == 0);
  }

  /** Whether every key stays there once it is, so that a get which misses is the server's fault. */
  public boolean everyGetHits() {
    return !weighs(Action.PUT_THEN_DELETE) && !weighs(Action.DELETE);
  }

  /** Whether each client should keep to keys of its own, whose requests then find what it left. */
  public boolean needsOwnKeys() {
    return weighs(Action.PUT_THEN_DELETE);
  }

  private boolean weighs(Action action) {
    return weights.getOrDefault(action, 0) > 0;
  }

  /** Its canonical text, which {@link #parse} reads. */
  @Override
  public String toString() {
    return weights.entrySet().stream()
        .map(entry -> entry.getKey().word() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
