// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Slots that follow each other, both ends included.
 *
 * @param first 0 to 16,383
 * @param last {@code first} to 16,383
 */
public record SlotRange(int first, int last) {

  private static final Pattern PART = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public SlotRange {
    if (first < 0 || last >= KeySlot.COUNT || first > last) {
      throw new IllegalArgumentException(
          "%s-%s is no range of slots from 0 to %s".formatted(first, last, KeySlot.COUNT - 1));
    }
  }

  /**
   * Reads ranges as {@code 0-5460,7000}; an empty text is none.
   *
   * @throws IllegalArgumentException if the text is no such list; the message is a sentence
   */
  public static List<SlotRange> parseAll(String text) {
    List<SlotRange> ranges = new ArrayList<>();
    for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = PART.matcher(part.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "\"%s\" is no list of slots: write it as 0-5460 or 0-5460,7000".formatted(text));
      }
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      ranges.add(new SlotRange(first, last));
    }
    return List.copyOf(ranges);
  }

  /**
   * The same slots in ascending order; ranges that touch become one, and those that overlap stay.
   */
  static List<SlotRange> joined(List<SlotRange> ranges) {
    List<SlotRange> joined = new ArrayList<>();
    for (SlotRange range :
        ranges.stream().sorted(Comparator.comparingInt(SlotRange::first)).toList()) {
      if (!joined.isEmpty() && joined.getLast().last() + 1 == range.first()) {
        joined.addLast(new SlotRange(joined.removeLast().first(), range.last()));
      } else {
        joined.addLast(range);
      }
    }
    return List.copyOf(joined);
  }

  /** Whether a slot is among these. */
  boolean has(int slot) {
    return slot >= first && slot <= last;
  }

  /** Whether a slot is in one of some ranges. */
  public static boolean haveAny(List<SlotRange> ranges, int slot) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).has(slot)) {
        return true;
      }
    }
    return false;
  }

  /** Some ranges as {@link #parseAll} reads them. */
  public static String textOf(List<SlotRange> ranges) {
    return ranges.stream().map(SlotRange::toString).collect(Collectors.joining(","));
  }

  /** As it is written: {@code 0-5460}, or {@code 7000} if it is one slot. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
