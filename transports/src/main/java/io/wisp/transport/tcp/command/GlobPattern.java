// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

/**
 * A pattern of bytes as in Redis: {@code ?} for one, {@code *} for any number, {@code [abc]},
 * {@code [a-z]} and {@code [^a]} for one of a set, {@code \} before one that stands for itself. An
 * element of it is named by the index at which it begins. {@code GlobMatch} matches.
 */
public final class GlobPattern {

  /** More than any key needs, with each byte escaped; so that one element is looked at soon. */
  public static final int MAX_LENGTH = 256 << 10;

  private final byte[] pattern;

  /** A pattern of at most {@link #MAX_LENGTH} bytes. */
  public GlobPattern(byte[] pattern) {
    this.pattern = pattern;
  }

  boolean isStar(int at) {
    return at < pattern.length && pattern[at] == '*';
  }

  /** Whether nothing but stars is left, so that the end of the text may be here. */
  boolean isEnd(int at) {
    int end = at;
    while (isStar(end)) {
      end++;
    }
    return end == pattern.length;
  }

  /** How many bytes of the pattern must be looked at for an element. */
  int cost(int at) {
    return at < pattern.length && pattern[at] == '[' ? behindSet(at) - at : 1;
  }

  /** Where the element of the pattern ends that begins at an index. */
  int behind(int at) {
    if (pattern[at] == '\\' && at + 1 < pattern.length) {
      return at + 2;
    }
    return pattern[at] == '[' ? behindSet(at) : at + 1;
  }

  private int behindSet(int at) {
    int index = at + 1;
    if (index < pattern.length && pattern[index] == '^') {
      index++;
    }
    while (index < pattern.length && pattern[index] != ']') {
      index += pattern[index] == '\\' && index + 1 < pattern.length ? 2 : 1;
    }
    return Math.min(index + 1, pattern.length);
  }

  /** Whether there is an element, and it stands for this byte. */
  boolean matchesOne(int at, byte character) {
    if (at >= pattern.length) {
      return false;
    }
    return switch (pattern[at]) {
      case '?' -> true;
      case '[' -> matchesSet(at, character);
      case '\\' -> pattern[at + 1 < pattern.length ? at + 1 : at] == character;
      default -> pattern[at] == character;
    };
  }

  private boolean matchesSet(int at, byte character) {
    int index = at + 1;
    boolean inverted = index < pattern.length && pattern[index] == '^';
    if (inverted) {
      index++;
    }
    int value = character & 0xFF;
    boolean found = false;
    while (index < pattern.length && pattern[index] != ']') {
      if (pattern[index] == '\\' && index + 1 < pattern.length) {
        index++;
      }
      int low = pattern[index] & 0xFF;
      int high = low;
      if (index + 2 < pattern.length && pattern[index + 1] == '-' && pattern[index + 2] != ']') {
        high = pattern[index + 2] & 0xFF;
        index += 2;
      }
      found |= value >= Math.min(low, high) && value <= Math.max(low, high);
      index++;
    }
    return found != inverted;
  }
}
