// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

/** The command line asks for something impossible. The message is for the user. */
final class UsageException extends Exception {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
