// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ServerFabric;
import io.wisp.transport.ring.handshake.ServerOffer;
import io.wisp.verbs.VerbsException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The devices of a server. */
final class RdmaServerFabric implements ServerFabric {

  private final ServerRails rails;
  private final int maxClients;
  private final AckTimeout ackTimeout;

  /** The rails belong to this from now on. */
  RdmaServerFabric(ServerRails rails, int maxClients, AckTimeout ackTimeout) {
    this.rails = rails;
    this.maxClients = maxClients;
    this.ackTimeout = ackTimeout;
  }

  @Override
  public String description() {
    return rails.description() + ", ack timeout " + ackTimeout;
  }

  @Override
  public boolean offersTable() {
    return rails.offersTable();
  }

  @Override
  public Port openPort(Waiting waiting) {
    RdmaPort port;
    try {
      port = new RdmaPort(maxClients);
    } catch (VerbsException e) {
      throw new TransportException(String.valueOf(e.getMessage()), e);
    }
    try {
      // What the device cannot give is better known now than by the first client.
      RailPort ignored = port.on(rails.usualRail());
      return port;
    } catch (VerbsException e) {
      port.close();
      throw new TransportException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      port.close();
      throw e;
    }
  }

  @Override
  public ServerOffer offer(Port port, int ringBytes, SocketAddress reached) {
    ServerRails.Place place = rails.choose(reached);
    Rail rail = place.rail();
    try {
      RailPort railPort = ((RdmaPort) port).on(rail);
      return new Offer(
          railPort,
          new ConnectionEnd(
              rail.device(),
              place.port(),
              rail.domain(),
              railPort.queues(),
              ringBytes,
              ackTimeout));
    } catch (VerbsException | IllegalStateException | OutOfMemoryError e) {
      throw new TransportException(
          "there is nothing left for one more client: " + e.getMessage(), e);
    }
  }

  /** An end that is not connected yet. */
  private record Offer(RailPort rail, ConnectionEnd end) implements ServerOffer {

    @Override
    public RemoteBuffer table() {
      return rail.rail().table();
    }

    @Override
    public ByteBuffer encoded() {
      ByteBuffer bytes =
          ByteBuffer.allocate(EndAddress.ENCODED_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      end.address().encode(bytes);
      return bytes.flip();
    }

    @Override
    public RemoteMemory accept(int number, ByteBuffer answer) {
      if (number > RequestId.MAX_NUMBER) {
        throw new TransportException(
            "a thread has at most " + (RequestId.MAX_NUMBER + 1) + " clients by rdma");
      }
      EndAddress other = EndAddress.decode(answer);
      try {
        return new RdmaMemory(number, rail, end, other);
      } catch (VerbsException | IllegalArgumentException | IllegalStateException e) {
        throw new TransportException(
            "your RDMA address cannot be reached from here: " + e.getMessage(), e);
      }
    }

    @Override
    public void withdraw() {
      end.close();
    }
  }

  @Override
  public void close() {
    rails.close();
  }
}
