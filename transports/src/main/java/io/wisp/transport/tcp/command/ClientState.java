// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

/**
 * What a server knows of a client. Its connection's thread uses it, and any thread may show it in
 * CLIENT LIST.
 */
public final class ClientState {

  private final long id;
  private final String address;
  private final long connectedAtMillis;
  private volatile String name = "";
  private volatile String libraryName = "";
  private volatile String libraryVersion = "";
  private volatile int protocol = 2;
  private boolean authenticated;
  private boolean closing;

  /**
   * A client that has not said anything yet.
   *
   * @param connectedAtMillis when, by the store's clock
   * @param authenticated whether it needs no password
   */
  public ClientState(long id, String address, long connectedAtMillis, boolean authenticated) {
    this.id = id;
    this.address = address;
    this.connectedAtMillis = connectedAtMillis;
    this.authenticated = authenticated;
  }

  /** The number of the connection. */
  public long id() {
    return id;
  }

  /** The name that the client gave itself; empty if it gave none. */
  public String name() {
    return name;
  }

  /** Gives it a name; empty takes the name away. */
  public void name(String name) {
    this.name = name;
  }

  void libraryName(String libraryName) {
    this.libraryName = libraryName;
  }

  void libraryVersion(String libraryVersion) {
    this.libraryVersion = libraryVersion;
  }

  /** The version of the protocol that it speaks, 2 or 3. */
  public int protocol() {
    return protocol;
  }

  /** Speaks a version of the protocol from now on. */
  public void protocol(int protocol) {
    this.protocol = protocol;
  }

  /** Whether it has given the password, or need not. */
  public boolean isAuthenticated() {
    return authenticated;
  }

  void authenticate() {
    authenticated = true;
  }

  /** Begins anew as after connecting; what library it uses stays known. */
  void reset(boolean authenticated) {
    name = "";
    protocol = 2;
    this.authenticated = authenticated;
  }

  /** Whether the connection is to be closed when its replies have been sent. */
  public boolean isClosing() {
    return closing;
  }

  /** Has the connection closed when its replies have been sent. */
  public void closeAfterReply() {
    closing = true;
  }

  /** A line of CLIENT LIST. */
  public String line(long nowMillis) {
    long age = (nowMillis - connectedAtMillis) / 1000;
    return ("id=" + id + " addr=" + address + " name=" + name + " age=" + age + " db=0")
        + (" resp=" + protocol + " lib-name=" + libraryName + " lib-ver=" + libraryVersion);
  }
}
