// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.store.Slice;
import io.wisp.store.ValueSink;

/** Copies a value into an array of its own. */
final class CopiedRecord extends ValueSink {

  private byte[] bytes = new byte[0];

  @Override
  protected Slice room(int length) {
    bytes = new byte[length];
    return Slice.of(bytes);
  }

  /** The value that was found. */
  byte[] value() {
    requireFound();
    return bytes;
  }
}
