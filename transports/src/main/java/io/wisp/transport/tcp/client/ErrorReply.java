// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.Status;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.resp.Errors;

/** What a server means by an error. */
final class ErrorReply {

  private ErrorReply() {}

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
    return switch (why.substring(0, Math.max(0, why.indexOf(' ')))) {
      case "KEYEMPTY" -> Status.KEY_EMPTY;
      case "KEYTOOLARGE" -> Status.KEY_TOO_LARGE;
      case "VALUETOOLARGE" -> Status.VALUE_TOO_LARGE;
      case "OOM" -> Status.OUT_OF_MEMORY;
      case "NOAUTH" -> Status.NOT_AUTHENTICATED;
      case "MOVED" -> Status.MOVED;
      case "CLUSTERDOWN" -> Status.SLOT_NOT_SERVED;
      case "CROSSSLOT" -> Status.CROSS_SLOT;
      default -> throw new TransportException(endpoint + " answered with an error: " + error);
    };
  }
}
