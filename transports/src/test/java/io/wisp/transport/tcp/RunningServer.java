// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.tcp.client.TcpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A server on a free port of this machine, with a store that is only its own. */
final class RunningServer implements AutoCloseable {

  private final Store store;
  private final TcpServer server;

  RunningServer() {
    this(new HeapStore());
  }

  RunningServer(Store store) {
    this(store, options -> options, TcpLimits.defaults());
  }

  RunningServer(UnaryOperator<ServerOptions> change) {
    this(change, TcpLimits.defaults());
  }

  RunningServer(UnaryOperator<ServerOptions> change, TcpLimits limits) {
    this(new HeapStore(), change, limits);
  }

  RunningServer(Store store, UnaryOperator<ServerOptions> change, TcpLimits limits) {
    this.store = store;
    ServerOptions options = change.apply(ServerOptions.at(new Endpoint("127.0.0.1", 0)));
    server = new TcpServer(store, options, limits);
  }

  TcpServer server() {
    return server;
  }

  Store store() {
    return store;
  }

  int port() {
    return server.endpoint().port();
  }

  TcpClient connect() {
    ClientOptions options = ClientOptions.defaults().withTimeout(Duration.ofSeconds(20));
    return TcpClient.connect(server.endpoint(), options);
  }

  Socket openSocket() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends Latin-1. */
  static void write(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
  }

  /** Reads so many bytes, or up to the end if there are fewer, as Latin-1. */
  static String read(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
