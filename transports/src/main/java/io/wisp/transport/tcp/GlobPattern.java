package io.wisp.transport.tcp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A pattern of bytes as in Redis: {@code ?} for one, {@code *} for any number, {@code [abc]},
 * {@code [a-z]} and {@code [^a]} for one of a set, {@code \} before one that stands for itself.
 * Matching takes at most time in proportion to the product of the lengths, whatever the pattern.
 */
final class GlobPattern {

  private final byte[] pattern;

  GlobPattern(byte[] pattern) {
    this.pattern = pattern;
  }

  boolean matches(byte[] text) {
    return matches(MemorySegment.ofArray(text), 0, text.length);
  }

  boolean matches(MemorySegment memory, long offset, int length) {
    int at = 0;
    int position = 0;
    int starAt = -1;
    int starPosition = 0;
    while (position < length) {
      byte next = memory.get(ValueLayout.JAVA_BYTE, offset + position);
      if (at < pattern.length && pattern[at] == '*') {
        starAt = at++;
        starPosition = position;
      } else if (at < pattern.length && matchesOne(at, next)) {
        at = behind(at);
        position++;
      } else if (starAt >= 0) {
        // Only the last star need be tried again: what was matched before it can stay.
        at = starAt + 1;
        position = ++starPosition;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at] == '*') {
      at++;
    }
    return at == pattern.length;
  }

  /** Where the element of the pattern ends that begins at an index. */
  private int behind(int at) {
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

  private boolean matchesOne(int at, byte character) {
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
