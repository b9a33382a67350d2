// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

/** The bytes that were to be a table's header are not one; the message says in which way. */
public final class TableFormatException extends RuntimeException {

  private static final long serialVersionUID = 1;

  TableFormatException(String message) {
    super(message);
  }
}
