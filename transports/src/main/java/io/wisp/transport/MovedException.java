// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Status;

/**
 * The server is not the node of the cluster that has the key, or does not serve it now. The
 * connection is as good as before, unless the server ends it behind its answer.
 */
public final class MovedException extends TransportException {

  private static final long serialVersionUID = 1L;

  private final Status status;

  /**
   * Who said so, and what.
   *
   * @param status MOVED, or SLOT_NOT_SERVED
   */
  public MovedException(String message, Status status) {
    super(message);
    this.status = status;
  }

  /** MOVED if another node has the key, or SLOT_NOT_SERVED if none does. */
  public Status status() {
    return status;
  }
}
