// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** A connection could not be made, broke, or was refused. The message is fit for a user. */
public class TransportException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What happened, and where. */
  public TransportException(String message) {
    super(message);
  }

  /** What happened, where, and of what. */
  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}
