// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import org.jspecify.annotations.Nullable;

/** A {@link ValueSink} that wants no value, but what else there is to know of a record. */
public final class RecordSink extends ValueSink {

  @Override
  protected @Nullable Slice room(int length) {
    return null;
  }
}
