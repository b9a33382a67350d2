// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** For a transport whose connections are TCP connections. */
public class SocketAdversity implements Adversity {

  private record SilentServer(ServerSocket listener) implements Reachable {

    @Override
    public Endpoint endpoint() {
      return new Endpoint("127.0.0.1", listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @Override
  public Reachable silentServer() throws IOException {
    return new SilentServer(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
  }

  @Override
  public SocketChannel stranger(Server server) throws IOException {
    Endpoint endpoint = server.endpoint();
    return SocketChannel.open(new InetSocketAddress(endpoint.host(), endpoint.port()));
  }

  @Override
  public Network network(Supplier<Server> server) throws IOException {
    return new Relay(server.get().endpoint());
  }
}
