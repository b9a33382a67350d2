// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.measure.input.Range;
import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The bytes of keys: their numbers in decimal, with leading zeros up to the key's length. The
 * numbers end where the memory ends, so that the zeros before the longest are written once. Belongs
 * to one thread, and allocates nothing once made.
 */
public final class DecimalKeys {

  private static final int MOST_DIGITS = 18;

  /** The digits that a long has room for, whatever they are. */
  public static final Range DIGITS = new Range(1, MOST_DIGITS);

  private final KeyLengths lengths;
  private final MemorySegment memory;
  private final Slice key = new Slice();

  /** Keys of certain lengths, none shorter than their numbers' digits. */
  public DecimalKeys(KeyLengths lengths) {
    this.lengths = lengths;
    memory = Arena.ofAuto().allocate(lengths.most(), Long.BYTES).fill((byte) '0');
  }

  /** How many keys of so many digits there are, of {@link #DIGITS} those that can be told apart. */
  public static long count(int digits) {
    long count = 1;
    for (int i = 0; i < Math.min(digits, MOST_DIGITS); i++) {
      count *= 10;
    }
    return count;
  }

  /** The key of a number, whose bytes stay until the next one is asked for. */
  public Slice of(long number) {
    int length = lengths.of(number);
    int end = lengths.most();
    long rest = number;
    for (int i = end - 1; i >= Math.max(end - length, end - MOST_DIGITS); i--) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return key.set(memory, end - length, length);
  }
}
