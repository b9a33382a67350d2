// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

/** A value was read that nobody wrote for its key. */
public final class WrongValueException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Says which value, and what is wrong with it. */
  public WrongValueException(String message) {
    super(message);
  }
}
