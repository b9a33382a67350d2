// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import org.jspecify.annotations.Nullable;

/** What a client answers by itself, since no server would do otherwise. */
public final class Refusals {

  private Refusals() {}

  /** Why no store takes this key, or null if it is a possible one. */
  public static @Nullable Status of(Slice key) {
    if (key.length() == 0) {
      return Status.KEY_EMPTY;
    }
    return key.length() > Limits.MAX_KEY_LENGTH ? Status.KEY_TOO_LARGE : null;
  }

  /** Why no store takes this key and value, or null if they are possible ones. */
  public static @Nullable Status of(Slice key, Slice value) {
    Status refusal = of(key);
    if (refusal == null && value.length() > Limits.MAX_VALUE_LENGTH) {
      return Status.VALUE_TOO_LARGE;
    }
    return refusal;
  }
}
