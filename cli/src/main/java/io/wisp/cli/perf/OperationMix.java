package io.wisp.cli.perf;

import io.wisp.cli.common.Range;
import io.wisp.cli.common.UserError;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** How often each operation comes, in proportion to the others: {@code put:1,get:1,delete:1}. */
final class OperationMix {

  private static final Range WEIGHTS = new Range(0, 1_000_000);

  private final Map<Operation, Integer> weights;
  private final Operation[] operations;
  private final int[] shares;
  private final int total;

  private OperationMix(Map<Operation, Integer> weights) {
    this.weights = weights;
    this.operations = weights.keySet().toArray(Operation[]::new);
    this.shares = weights.values().stream().mapToInt(Integer::intValue).toArray();
    this.total = Arrays.stream(shares).sum();
  }

  /**
   * Reads a mix. An operation that is not named does not come.
   *
   * @throws UserError if the text is no mix; the message says what it should look like
   */
  static OperationMix parse(String text) {
    Map<Operation, Integer> weights = new EnumMap<>(Operation.class);
    for (String part : text.split(",", -1)) {
      int colon = part.indexOf(':');
      if (colon < 0) {
        throw malformed(text, "\"" + part.strip() + "\" has no weight");
      }
      Operation operation = operation(text, part.substring(0, colon).strip());
      int weight = weight(text, part.substring(colon + 1).strip());
      if (weights.put(operation, weight) != null) {
        throw malformed(text, operation.word() + " is there twice");
      }
    }
    if (weights.values().stream().allMatch(weight -> weight == 0)) {
      throw malformed(text, "every weight is 0");
    }
    return new OperationMix(weights);
  }

  private static Operation operation(String text, String word) {
    return Arrays.stream(Operation.values())
        .filter(operation -> operation.word().equalsIgnoreCase(word))
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
        "--mix " + text + ": " + reason + "; write it as put:1,get:1,delete:1 or get:95,put:5");
  }

  /** Draws an operation, without allocating. */
  Operation next(SplittableRandom random) {
    int ticket = random.nextInt(total);
    int i = 0;
    while (ticket >= shares[i]) {
      ticket -= shares[i++];
    }
    return operations[i];
  }

  /** Its canonical text, which {@link #parse} reads. */
  @Override
  public String toString() {
    return weights.entrySet().stream()
        .map(entry -> entry.getKey().word() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
