// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a server and passes bytes on, until it is told to hold them back or to
 * cut the connections: a network that fails on demand.
 */
public final class Relay implements Network {

  private final ServerSocket listener;
  private final Endpoint target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger toSwallow = new AtomicInteger();
  private final Semaphore passage = new Semaphore(1);

  public Relay(Endpoint target) throws IOException {
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  @Override
  public Endpoint endpoint() {
    return new Endpoint("127.0.0.1", listener.getLocalPort());
  }

  /** Accepts the next so many connections, and lets nothing pass on them. */
  public void swallow(int connections) {
    toSwallow.set(connections);
  }

  @Override
  public void holdBack() {
    passage.acquireUninterruptibly();
  }

  @Override
  public void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
    passage.release();
  }

  private static void start(Runnable task) {
    Thread.ofPlatform().daemon().name("relay").start(task);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        if (toSwallow.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          continue;
        }
        Socket server = new Socket(target.host(), target.port());
        sockets.add(server);
        start(() -> pass(client, server));
        start(() -> pass(server, client));
      }
    } catch (IOException e) {
      // The listener was closed, or the server is gone: nobody else comes through.
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[64 << 10];
    try (from;
        to) {
      InputStream input = from.getInputStream();
      OutputStream output = to.getOutputStream();
      int count;
      do {
        count = input.read(buffer);
        // The end passes no sooner than bytes do.
        passage.acquireUninterruptibly();
        passage.release();
        output.write(buffer, 0, Math.max(0, count));
      } while (count >= 0);
    } catch (IOException e) {
      // One side is gone; closing both tells the other.
    }
  }
}
