// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** A region holds no table that this process could go on with; the message says why. */
public final class UnrecoverableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** A sentence of which the region is the subject. */
  @SuppressWarnings("AnnotateFormatMethod") // which takes a dependency; tests see every message
  public UnrecoverableException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }

  /** What is said to whoever named the file that the region is in. */
  public IOException about(Path file) {
    return new IOException(
        "cannot go on with what "
            + file
            + " holds: "
            + getMessage()
            + "; remove it, and what it holds is lost, or name another file",
        this);
  }
}
