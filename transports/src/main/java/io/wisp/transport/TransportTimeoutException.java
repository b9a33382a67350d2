// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/** The other side did not answer in time. */
public class TransportTimeoutException extends TransportException {

  private static final long serialVersionUID = 1L;

  /** What was waited for, and how long. */
  public TransportTimeoutException(String message) {
    super(message);
  }
}
