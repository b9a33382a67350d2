// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.Locale;

/** How a thread waits for what the other side sends. */
public enum Waiting implements Choice {
  /** Look again and again and never sleep: the shortest latency, for a whole core a thread. */
  POLL,
  /**
   * Look again and again for some tens of microseconds, then sleep until woken. Transports that
   * cannot look without a system call sleep at once.
   */
  SPIN,
  /** Sleep until woken: no core is used while nothing comes, and each message costs a wake-up. */
  SLEEP;

  @Override
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The one of a word.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static Waiting ofWord(String word) {
    return Choice.ofWord(values(), word, "way of waiting");
  }
}
