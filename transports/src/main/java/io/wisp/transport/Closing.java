// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** How to close what there is nobody left to tell about. */
public final class Closing {

  private static final Log LOG = Log.of(Closing.class);

  private Closing() {}

  /** Closes it, if there is anything, and logs a failure at level debug. */
  public static void quietly(@Nullable Closeable closeable) {
    if (closeable != null) {
      try {
        closeable.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "closing failed", e);
      }
    }
  }
}
