// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A {@link ValueSink} that makes a new array for each value. */
public final class ArraySink extends ValueSink {

  private byte @Nullable [] bytes;

  @Override
  protected Slice room(int length) {
    byte[] room = new byte[length];
    bytes = room;
    return Slice.of(room);
  }

  /** The value that was found. The array is the caller's: the next get fills another one. */
  public byte[] value() {
    requireFound();
    return Objects.requireNonNull(bytes);
  }
}
