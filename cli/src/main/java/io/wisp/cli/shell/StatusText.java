// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.codec.BatchDescriptor;
import io.wisp.store.Limits;
import io.wisp.store.PendingWrites;
import io.wisp.store.Status;

/** Refusals in words. */
final class StatusText {

  private StatusText() {}

  static String of(Status status) {
    return switch (status) {
      case KEY_EMPTY -> "a key has at least one byte";
      case KEY_TOO_LARGE -> "a key has at most " + Limits.MAX_KEY_LENGTH + " bytes";
      case VALUE_TOO_LARGE -> "a value has at most " + Limits.MAX_VALUE_LENGTH + " bytes";
      case OUT_OF_MEMORY -> "the server's memory is full, and nothing was changed";
      case OUT_OF_VERSIONS ->
          "the server has given all versions that records can have, and nothing was changed";
      case TRANSACTION_TOO_LARGE -> BatchDescriptor.LIMITS + ", and nothing was changed";
      case ENTRY_TOO_LARGE ->
          "the server logs its writes, and one of them has at most "
              + PendingWrites.MAX_COMMAND_BYTES
              + " bytes of keys and values; nothing was changed";
      case CONFLICT -> "the value is no whole number of 64 bits, or the sum would be none";
      case MALFORMED -> "the server could not read the request";
      case UNKNOWN_OPERATION -> "the server does not know this operation";
      case MOVED -> "another node of the cluster has the key";
      case SLOT_NOT_SERVED -> "no node of the cluster has the key's slot";
      case CROSS_SLOT -> "the keys have several slots of the cluster, and nothing was changed";
      case TRY_AGAIN -> "the server's log did not take it, and nothing was changed: ask again";
      case OUTCOME_UNKNOWN -> "what was written last may have happened or not";
      case LOG_FAILED -> "nothing is written until the server is started again: its log has failed";
      case NOT_AUTHENTICATED -> "the server wants a password (--password)";
      default -> "the server answered " + status;
    };
  }
}
