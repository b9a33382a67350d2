// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.UserError;
import java.util.Arrays;
import java.util.Locale;

/**
 * The core workloads of YCSB, whose mixes and keys these are. Its workload E is missing: it scans
 * ranges of keys, which Wisp does not keep in order.
 */
public enum YcsbWorkload {
  A("get:50,put:50", new KeyDistribution.Zipfian(KeyDistribution.DEFAULT_THETA)),
  B("get:95,put:5", new KeyDistribution.Zipfian(KeyDistribution.DEFAULT_THETA)),
  C("get:100", new KeyDistribution.Zipfian(KeyDistribution.DEFAULT_THETA)),
  D("get:95,insert:5", new KeyDistribution.Latest(KeyDistribution.DEFAULT_THETA)),
  F("get:50,rmw:50", new KeyDistribution.Zipfian(KeyDistribution.DEFAULT_THETA));

  private final String mix;

  @SuppressWarnings("ImmutableEnumChecker") // records of doubles
  private final KeyDistribution keys;

  YcsbWorkload(String mix, KeyDistribution keys) {
    this.mix = mix;
    this.keys = keys;
  }

  /**
   * The one of a letter.
   *
   * @throws UserError if there is none
   */
  public static YcsbWorkload parse(String letter) {
    return Arrays.stream(values())
        .filter(workload -> workload.word().equalsIgnoreCase(letter))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.usage(
                    "--workload "
                        + letter
                        + " is none of a, b, c, d and f"
                        + (letter.equalsIgnoreCase("e")
                            ? ": e scans ranges of keys, and Wisp keeps them in no order"
                            : "")));
  }

  /** As options and results spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its mix, as an option spells it. */
  public String mix() {
    return mix;
  }

  /** Which keys it asks for. */
  public KeyDistribution keys() {
    return keys;
  }
}
