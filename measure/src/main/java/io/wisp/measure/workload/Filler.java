// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.store.Slice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Values of the same letter over and over, which prove nothing and cost nothing. */
public final class Filler implements ValueContents {

  private static final byte LETTER = 'w';

  private final MemorySegment letters;
  private final Slice value = new Slice();

  /** Values of certain sizes. */
  public Filler(ValueSizes sizes) {
    letters = Arena.ofAuto().allocate(sizes.most(), Long.BYTES).fill(LETTER);
  }

  @Override
  public Slice next(long keyNumber, int size) {
    return value.set(letters, 0, size);
  }

  @Override
  public @Nullable String faultOf(long keyNumber, Slice value) {
    return null;
  }
}
