// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.Adversity;
import io.wisp.transport.Endpoint;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Network;
import io.wisp.transport.Reachable;
import io.wisp.transport.Server;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** For shared memory, where clients come by the socket in the server's folder. */
final class ShmAdversity implements Adversity {

  /** Why nothing swallows the gets of clients that read the table. */
  static final String READS_MEMORY = "it reads memory of this machine, which answers always";

  private record SilentServer(ServerFolder folder, ServerSocketChannel listener)
      implements Reachable {

    @Override
    public Endpoint endpoint() {
      return new Endpoint("127.0.0.1", folder.port());
    }

    @Override
    public void close() throws IOException {
      try (folder) {
        listener.close();
      }
    }
  }

  /**
   * There is no network, and memory loses nothing. But whoever has to answer may be stopped, with
   * the request in its ring; and killed, which ends its control connections.
   */
  private record Processes(JavaProcess server, Endpoint endpoint) implements Network {

    @Override
    public void holdBack() throws IOException, InterruptedException {
      server.stop();
    }

    @Override
    public void cut() {
      server.kill();
    }

    @Override
    public void close() {
      server.kill();
      ServerFolder.take(endpoint).close();
    }
  }

  @Override
  public Reachable silentServer() throws IOException {
    ServerFolder folder = ServerFolder.take(new Endpoint("127.0.0.1", 0));
    return new SilentServer(
        folder,
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(folder.files().control())));
  }

  @Override
  public SocketChannel stranger(Server server) throws IOException {
    return SocketChannel.open(
        UnixDomainSocketAddress.of(ServerFolder.find(server.endpoint()).control()));
  }

  @Override
  public Network network(Supplier<Server> server) throws IOException {
    JavaProcess process = ShmProcess.server();
    return new Processes(process, new Endpoint("127.0.0.1", Integer.parseInt(process.line())));
  }
}
