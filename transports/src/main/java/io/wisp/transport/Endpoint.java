// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * Where a server listens.
 *
 * @param host a host name or an IP address
 * @param port 0 to 65535; 0 asks a server for any free port
 */
public record Endpoint(String host, int port) {

  /** The port of the original Wisp. */
  public static final int DEFAULT_PORT = 3994;

  /** This machine, as only its own processes reach it. */
  public static final String LOOPBACK = "127.0.0.1";

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public Endpoint {
    if (host.isBlank()) {
      throw new IllegalArgumentException("a host name is missing");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /**
   * Reads {@code HOST}, {@code HOST:PORT} or {@code [IPV6]:PORT}.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  public static Endpoint parse(String text) {
    int bracket = text.lastIndexOf(']');
    int colon = text.indexOf(':', Math.max(bracket, 0));
    boolean bareIpv6 = bracket < 0 && colon >= 0 && text.indexOf(':', colon + 1) >= 0;
    String host = colon < 0 || bareIpv6 ? text : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (colon < 0 || bareIpv6) {
      return new Endpoint(host, DEFAULT_PORT);
    }
    String port = text.substring(colon + 1);
    try {
      return new Endpoint(host, Integer.parseInt(port));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + port + "\" in \"" + text + "\" is no port", e);
    }
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
