// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;

/** Lets others write when it is asked for the first time where a value is to be copied. */
final class RacedSink extends ValueSink {

  private final Runnable other;
  private byte[] bytes = {};
  private int copies;

  RacedSink(Runnable other) {
    this.other = other;
  }

  @Override
  protected Slice room(int length) {
    if (copies++ == 0) {
      other.run();
    }
    bytes = new byte[length];
    return Slice.of(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  int copies() {
    return copies;
  }
}
