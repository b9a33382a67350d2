// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

/**
 * What a server remembers of one connection between its requests. It belongs to the thread that
 * executes the connection's requests.
 */
public final class Session {

  private boolean authenticated;

  /** A connection that has presented the password already, in whatever way the transport has. */
  public static Session authenticated() {
    Session session = new Session();
    session.setAuthenticated(true);
    return session;
  }

  /** Whether the connection has presented the password. */
  public boolean isAuthenticated() {
    return authenticated;
  }

  void setAuthenticated(boolean authenticated) {
    this.authenticated = authenticated;
  }
}
