// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** What may happen to servers and clients of a transport, brought about in the transport's way. */
public interface Adversity {

  /** A server that accepts clients and says nothing. */
  Reachable silentServer() throws IOException;

  /** A connection of somebody who may say anything to a server. */
  SocketChannel stranger(Server server) throws IOException;

  /**
   * A server behind a network that fails on demand.
   *
   * @param server starts one in this process, for who wants that; it is closed after the network
   */
  Network network(Supplier<Server> server) throws IOException;
}
