// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import org.jspecify.annotations.Nullable;

/** A {@link ValueSink} that makes a new array for each value. */
final class ArraySink extends ValueSink {

  private byte @Nullable [] bytes;

  @Override
  protected Slice room(int length) {
    byte[] room = new byte[length];
    bytes = room;
    return Slice.of(room);
  }

  /** The value, or null if the last get found none. */
  byte @Nullable [] value() {
    return isFound() ? bytes : null;
  }
}
