// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Endpoint;
import io.wisp.transport.Network;
import io.wisp.transport.Relay;
import io.wisp.transport.Server;
import io.wisp.transport.SocketAdversity;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.util.function.Supplier;

/** For RDMA, whose control connections are TCP connections. */
final class RdmaAdversity extends SocketAdversity {

  /**
   * What passes between devices passes no relay. But the packets to queue pairs that are no more
   * are swallowed, and nobody is told of it while the relay holds the control connections back.
   */
  private record Devices(Server server, Relay control) implements Network {

    @Override
    public Endpoint endpoint() {
      return control.endpoint();
    }

    @Override
    public void holdBack() {
      control.holdBack();
      server.close();
    }

    @Override
    public void cut() throws IOException {
      control.cut();
    }

    /** The device may be the first to give up: it wants each packet acknowledged. */
    @Override
    public Class<? extends TransportException> silence() {
      return TransportException.class;
    }

    @Override
    public void close() throws IOException {
      control.close();
    }
  }

  @Override
  public Network network(Supplier<Server> server) throws IOException {
    Server started = server.get();
    return new Devices(started, new Relay(started.endpoint()));
  }
}
