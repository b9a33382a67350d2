package io.wisp.cli.perf;

import io.wisp.cli.common.Range;
import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Uniformly random keys of exactly so many decimal digits, leading zeros included, so that there
 * are 10 to the power of the digits of them. Belongs to one thread, and allocates nothing once
 * made.
 */
final class DecimalKeys {

  /** The digits that a long has room for, whatever they are. */
  static final Range DIGITS = new Range(1, 18);

  private final int digits;
  private final long count;
  private final MemorySegment memory;
  private final Slice key;

  DecimalKeys(int digits) {
    this.digits = digits;
    this.count = count(digits);
    this.memory = Arena.ofAuto().allocate(digits, Long.BYTES);
    this.key = new Slice().set(memory, 0, digits);
  }

  /** How many keys of so many digits there are. */
  static long count(int digits) {
    long count = 1;
    for (int i = 0; i < digits; i++) {
      count *= 10;
    }
    return count;
  }

  /** Draws a key, whose bytes stay until the next one is drawn. */
  Slice next(SplittableRandom random) {
    long rest = random.nextLong(count);
    for (int i = digits - 1; i >= 0; i--) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    return key;
  }
}
