// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

/**
 * What must hold whatever is drawn. A failure names the seed of the run, which the system property
 * {@code wisp.property.seed} repeats, and all that was drawn.
 */
public final class Property {

  private static final int TRIES = 1_000;
  private static final long SEED = Long.getLong("wisp.property.seed", System.nanoTime());

  /** One try. */
  @FunctionalInterface
  public interface Body {
    void check(Draw draw) throws Exception;
  }

  private Property() {}

  public static void check(Body body) {
    check(TRIES, body);
  }

  public static void check(int tries, Body body) {
    check(SEED, tries, body);
  }

  static void check(long seed, int tries, Body body) {
    for (int attempt = 0; attempt < tries; attempt++) {
      Draw draw = new Draw(seed + attempt);
      try {
        body.check(draw);
      } catch (Throwable e) {
        String where = "try " + attempt + " of -Dwisp.property.seed=" + seed;
        throw new AssertionError(where + ", which drew " + draw + ": " + e, e);
      }
    }
  }
}
