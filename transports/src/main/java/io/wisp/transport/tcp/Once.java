// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a source gives, taken when it is first asked for, and if it is not, never. One thread uses
 * it.
 */
final class Once<T> implements Supplier<T> {

  private final Supplier<T> source;
  private @Nullable T taken;

  Once(Supplier<T> source) {
    this.source = source;
  }

  @Override
  public T get() {
    T known = taken;
    if (known == null) {
      known = source.get();
      taken = known;
    }
    return known;
  }
}
