// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

/** What the other side wrote into a ring, or its credit, is not what the protocol allows. */
public final class RingFaultException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What was found where something else is allowed. */
  public RingFaultException(String message) {
    super(message);
  }
}
