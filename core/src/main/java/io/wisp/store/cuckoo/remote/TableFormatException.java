// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import java.util.Locale;

/** The bytes that were to be a table's header are not one; the message says in which way. */
public final class TableFormatException extends RuntimeException {

  private static final long serialVersionUID = 1;

  @SuppressWarnings("AnnotateFormatMethod") // which takes a dependency; tests see every message
  TableFormatException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }
}
