// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;

/** Bytes are no entry of the log. The message says at which byte, and what is there. */
final class MalformedEntryException extends IOException {

  private static final long serialVersionUID = 1;

  MalformedEntryException(String message) {
    super(message);
  }
}
