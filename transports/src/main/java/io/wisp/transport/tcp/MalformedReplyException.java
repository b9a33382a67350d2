// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/** What a server sent is no reply, so that nothing behind it can be trusted either. */
final class MalformedReplyException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedReplyException(String what) {
    super("the server's reply is not RESP: " + what);
  }
}
