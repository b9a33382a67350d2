// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Draws the inputs of one try and remembers them. Every limit is inclusive. A quarter of all
 * numbers, lengths too, are edges: the ends of the range, what is beside them, and what is around
 * zero; an eighth has any magnitude, cut to the range, so that small ones are not rare in it.
 */
public final class Draw {

  private static final int LONGEST = 255;

  private final SplittableRandom random;
  private final List<Object> drawn = new ArrayList<>();

  Draw(long seed) {
    random = new SplittableRandom(seed);
  }

  public long longs(long least, long most) {
    return remember(number(least, most));
  }

  public int ints(int least, int most) {
    return remember((int) number(least, most));
  }

  public long anyLong() {
    return longs(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  public int anyInt() {
    return ints(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  public byte anyByte() {
    return remember((byte) number(Byte.MIN_VALUE, Byte.MAX_VALUE));
  }

  public boolean anyBoolean() {
    return remember(random.nextBoolean());
  }

  @SafeVarargs
  public final <T> T of(T... choices) {
    return remember(choices[random.nextInt(choices.length)]);
  }

  public byte[] bytes() {
    return bytes(LONGEST);
  }

  public byte[] bytes(int longest) {
    byte[] bytes = new byte[(int) number(0, longest)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) number(Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    remember(bytes.clone());
    return bytes;
  }

  public String text() {
    return text(LONGEST);
  }

  /** Text of any code points, halves of surrogate pairs too, most of them small. */
  public String text(int longest) {
    int[] ends = {0x7F, 0xFF, 0xFFFF, Character.MAX_CODE_POINT};
    StringBuilder text = new StringBuilder();
    for (long left = number(0, longest); left > 0; left--) {
      text.appendCodePoint((int) number(0, ends[random.nextInt(ends.length)]));
    }
    return remember(text.toString());
  }

  public <T> List<T> list(int longest, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int left = ints(0, longest); left > 0; left--) {
      list.add(element.get());
    }
    return list;
  }

  private long number(long least, long most) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> Math.clamp(edge(least, most), least, most);
      case 2 -> Math.clamp(random.nextLong() >> random.nextInt(64), least, most);
      default -> uniform(least, most);
    };
  }

  private long edge(long least, long most) {
    long[] edges = {least, least + 1, most - 1, most, -2, -1, 0, 1, 2};
    return edges[random.nextInt(edges.length)];
  }

  private long uniform(long least, long most) {
    if (most < Long.MAX_VALUE) {
      return random.nextLong(least, most + 1);
    }
    return least == Long.MIN_VALUE ? random.nextLong() : random.nextLong(least - 1, most) + 1;
  }

  private <T> T remember(T value) {
    drawn.add(value);
    return value;
  }

  @Override
  public String toString() {
    return drawn.stream().map(Draw::shown).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String shown(Object value) {
    return switch (value) {
      case byte[] bytes -> "0x" + HexFormat.of().formatHex(bytes);
      case String text -> '"' + text + '"';
      default -> value.toString();
    };
  }
}
