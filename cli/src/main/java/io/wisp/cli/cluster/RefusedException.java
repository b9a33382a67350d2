// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.cluster;

/** A node has answered with an error. */
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private static final String LATER = "TRYAGAIN ";

  private final String error;

  /** One of Redis' form: a code and a sentence. */
  RefusedException(String error) {
    super(error.substring(error.indexOf(' ') + 1));
    this.error = error;
  }

  /** Whether it may go another time, or with another node. */
  boolean mayGoLater() {
    return error.startsWith(LATER);
  }
}
