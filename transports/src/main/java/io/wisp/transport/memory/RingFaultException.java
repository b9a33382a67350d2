// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.memory;

/** What the other side wrote into a ring, or its credit, is not what the protocol allows. */
final class RingFaultException extends Exception {

  private static final long serialVersionUID = 1L;

  RingFaultException(String message) {
    super(message);
  }
}
