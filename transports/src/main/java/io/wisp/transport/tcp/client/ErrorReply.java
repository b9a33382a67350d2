// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.Status;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.resp.Errors;
import java.util.Set;

/** What a server means by an error. */
final class ErrorReply {

  /**
   * The codes of the errors by which EXEC says that it has ended a transaction, and done nothing.
   */
  private static final Set<String> ENDING =
      Set.of("EXECABORT", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN", "MISCONF");

  private static final String UNKNOWN_COMMAND = "ERR unknown command";

  private ErrorReply() {}

  /** Whether EXEC says by an error that its transaction has ended, and nothing of it was done. */
  static boolean endsTransaction(String error) {
    return ENDING.contains(code(error));
  }

  /** Whether a server says by an error that it is older than a command, or keeps it from users. */
  static boolean isUnknownCommand(String error) {
    return error.regionMatches(true, 0, UNKNOWN_COMMAND, 0, UNKNOWN_COMMAND.length());
  }

  private static String code(String error) {
    return error.substring(0, Math.max(0, error.indexOf(' ')));
  }

  /**
   * The status that an error stands for.
   *
   * @throws TransportException if it stands for none; the connection is as good as before
   */
  static Status status(Endpoint endpoint, String error) {
    String why =
        error.startsWith(Errors.ABORTED_BECAUSE)
            ? error.substring(Errors.ABORTED_BECAUSE.length())
            : error;
    if (why.equals(Errors.SLOT_LEFT)) {
      return Status.SLOT_NOT_SERVED;
    }
    return switch (code(why)) {
      case "KEYEMPTY" -> Status.KEY_EMPTY;
      case "KEYTOOLARGE" -> Status.KEY_TOO_LARGE;
      case "VALUETOOLARGE" -> Status.VALUE_TOO_LARGE;
      case "ENTRYTOOLARGE" -> Status.ENTRY_TOO_LARGE;
      case "OOM" -> Status.OUT_OF_MEMORY;
      case "NOAUTH" -> Status.NOT_AUTHENTICATED;
      case "MOVED" -> Status.MOVED;
      // Of a slot that is on its way, and that nobody may serve for a moment.
      case "ASK", "CLUSTERDOWN" -> Status.SLOT_NOT_SERVED;
      case "CROSSSLOT" -> Status.CROSS_SLOT;
      case "UNKNOWN" ->
          throw new TransportException(
              endpoint + " does not know whether the request was carried out: " + error);
      default -> throw new TransportException(endpoint + " answered with an error: " + error);
    };
  }
}
