// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import java.util.Locale;

/** A region holds no table that this process could go on with; the message says why. */
public final class UnrecoverableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** A sentence of which the region is the subject. */
  @SuppressWarnings("AnnotateFormatMethod") // which takes a dependency; tests see every message
  public UnrecoverableException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }
}
