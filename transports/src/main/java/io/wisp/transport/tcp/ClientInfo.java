// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/** A connected client, as CLIENT LIST shows it. One thread writes it and any may read it. */
final class ClientInfo {

  private final long id;
  private final String address;
  private final long connectedAtMillis;
  private volatile String name = "";
  private volatile String libraryName = "";
  private volatile String libraryVersion = "";
  private volatile int protocol = 2;

  ClientInfo(long id, String address, long connectedAtMillis) {
    this.id = id;
    this.address = address;
    this.connectedAtMillis = connectedAtMillis;
  }

  long id() {
    return id;
  }

  String address() {
    return address;
  }

  String name() {
    return name;
  }

  void name(String name) {
    this.name = name;
  }

  void libraryName(String libraryName) {
    this.libraryName = libraryName;
  }

  void libraryVersion(String libraryVersion) {
    this.libraryVersion = libraryVersion;
  }

  void protocol(int protocol) {
    this.protocol = protocol;
  }

  String line(long nowMillis) {
    return "id="
        + id
        + " addr="
        + address
        + " name="
        + name
        + " age="
        + (nowMillis - connectedAtMillis) / 1000
        + " db=0 resp="
        + protocol
        + " lib-name="
        + libraryName
        + " lib-ver="
        + libraryVersion;
  }
}
