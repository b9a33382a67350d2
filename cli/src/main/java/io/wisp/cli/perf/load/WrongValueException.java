// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf.load;

/** A value was read that nobody wrote for its key. */
final class WrongValueException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  WrongValueException(String message) {
    super(message);
  }
}
