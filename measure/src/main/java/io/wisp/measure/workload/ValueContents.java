// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import io.wisp.store.Slice;
import org.jspecify.annotations.Nullable;

/** The bytes of values. Belongs to one thread, and allocates nothing as long as they are right. */
public interface ValueContents {

  /** A new value for a key, whose bytes stay until the next is asked for. */
  Slice next(long keyNumber, int size);

  /**
   * What is wrong with a value that was read for a key, as the end of a sentence about the value,
   * or null if it may have been written for it.
   */
  @Nullable String faultOf(long keyNumber, Slice value);
}
