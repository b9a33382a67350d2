// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * The server is not the node of the cluster that has the key. The connection is as good as before.
 */
public final class MovedException extends TransportException {

  private static final long serialVersionUID = 1L;

  /** Who said so, and what. */
  public MovedException(String message) {
    super(message);
  }
}
