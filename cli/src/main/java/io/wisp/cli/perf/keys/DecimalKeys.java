// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.keys;

import io.wisp.cli.common.Range;
import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The bytes of keys: their numbers in decimal, with leading zeros up to the key's length. Belongs
 * to one thread, and allocates nothing once made.
 */
public final class DecimalKeys {

  /** The digits that a long has room for, whatever they are. */
  public static final Range DIGITS = new Range(1, 18);

  private final KeyLengths lengths;
  private final MemorySegment memory;
  private final Slice key = new Slice();

  /** Keys of certain lengths, none shorter than their numbers' digits. */
  public DecimalKeys(KeyLengths lengths) {
    this.lengths = lengths;
    memory = Arena.ofAuto().allocate(lengths.most(), Long.BYTES);
  }

  /** How many keys of so many digits there are. */
  public static long count(int digits) {
    long count = 1;
    for (int i = 0; i < digits; i++) {
      count *= 10;
    }
    return count;
  }

  /** The key of a number, whose bytes stay until the next one is asked for. */
  public Slice of(long number) {
    int length = lengths.of(number);
    long rest = number;
    for (int i = length - 1; i >= 0; i--) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return key.set(memory, 0, length);
  }
}
