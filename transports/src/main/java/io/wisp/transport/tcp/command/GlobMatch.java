// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Holds texts against a {@link GlobPattern}, one after the other, and with pauses if it must: to
 * decide takes at most time in proportion to the product of the lengths, which may be seconds.
 */
public final class GlobMatch {

  private final GlobPattern pattern;
  private MemorySegment text = MemorySegment.NULL;
  private long offset;
  private int length;
  private int at;
  private int position;
  private int starAt;
  private int starPosition;
  private boolean matched;

  GlobMatch(GlobPattern pattern) {
    this.pattern = pattern;
  }

  /** Whether a pattern matches a text, however long that takes. */
  public static boolean matches(GlobPattern pattern, byte[] text) {
    GlobMatch match = new GlobMatch(pattern);
    match.begin(MemorySegment.ofArray(text), 0, text.length);
    int left;
    do {
      left = match.proceed(Integer.MAX_VALUE);
    } while (left == 0);
    return match.matched();
  }

  /** Begins with a text, which must stay where it is until {@link #proceed} has decided. */
  void begin(MemorySegment text, long offset, int length) {
    this.text = text;
    this.offset = offset;
    this.length = length;
    at = 0;
    position = 0;
    starAt = -1;
    starPosition = 0;
  }

  /**
   * Goes on for about so many comparisons of bytes.
   *
   * @return how many are left; none if they did not suffice to decide
   */
  int proceed(int comparisons) {
    int left = comparisons;
    while (position < length) {
      if (left <= 0) {
        return 0;
      }
      left -= pattern.cost(at);
      if (!step(text.get(ValueLayout.JAVA_BYTE, offset + position))) {
        matched = false;
        return Math.max(1, left);
      }
    }
    matched = pattern.isEnd(at);
    return Math.max(1, left);
  }

  /** The answer, once {@link #proceed} has left some comparisons. */
  boolean matched() {
    return matched;
  }

  private boolean step(byte next) {
    if (pattern.isStar(at)) {
      starAt = at++;
      starPosition = position;
    } else if (pattern.matchesOne(at, next)) {
      at = pattern.behind(at);
      position++;
    } else if (starAt >= 0) {
      // Only the last star need be tried again: what was matched before it can stay.
      at = starAt + 1;
      position = ++starPosition;
    } else {
      return false;
    }
    return true;
  }
}
