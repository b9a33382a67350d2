// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

/**
 * The two ends of what is measured, as they describe themselves.
 *
 * @param client the client's own description
 * @param clientCores the cores that the client's thread may run on, as Linux lists them
 * @param server the server's description, or its address if it is not ours
 * @param serverCores the cores of the server's threads, or empty if unknown
 * @param serverCommand how the server was started, or empty if it is not ours
 * @param emulated whether an end says that no hardware is behind its device
 * @param keys how many different keys are used
 */
public record ConnectionEnds(
    String client,
    String clientCores,
    String server,
    String serverCores,
    String serverCommand,
    boolean emulated,
    long keys) {

  /** Nothing is connected: a benchmark without a server. */
  public static final ConnectionEnds NONE = new ConnectionEnds("", "", "", "", "", false, 0);

  /** The word by which a transport says that no hardware is behind its device. */
  private static final String EMULATED = "emulated";

  /** Ends that say themselves whether they are emulated. */
  public static ConnectionEnds of(
      String client,
      String clientCores,
      String server,
      String serverCores,
      String serverCommand,
      long keys) {
    boolean emulated = client.contains(EMULATED) || server.contains(EMULATED);
    return new ConnectionEnds(
        client, clientCores, server, serverCores, serverCommand, emulated, keys);
  }
}
