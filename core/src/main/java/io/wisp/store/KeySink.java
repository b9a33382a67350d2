// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;

/** Where a store puts the keys that it walks over. */
@FunctionalInterface
public interface KeySink {

  /** Takes a key, whose bytes are stable during this call and gone after it. */
  void accept(MemorySegment segment, long offset, int length);
}
