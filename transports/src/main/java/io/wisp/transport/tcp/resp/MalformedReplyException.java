// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

/** What a server sent is no reply, so that nothing behind it can be trusted either. */
public final class MalformedReplyException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Says what is wrong with it. */
  public MalformedReplyException(String what) {
    super("the server's reply is not RESP: " + what);
  }
}
