// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.verbs.Gid;
import io.wisp.verbs.VerbsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client's device. It is opened once it is known where the server's is. */
final class RdmaClientFabric implements ClientFabric {

  /** Of RoCE v2. */
  private static final int UDP_PORT = 4791;

  private final DeviceChoice choice;
  private final AckTimeout ackTimeout;
  private final Resources resources = new Resources();
  private @Nullable RdmaDevice device;
  private @Nullable RdmaPort port;

  /**
   * Without a device yet.
   *
   * @throws TransportException if the options name what no device can have
   */
  RdmaClientFabric(ClientOptions options) {
    choice = DeviceChoice.parse(options.device());
    ackTimeout = AckTimeout.of(options.ackTimeout());
  }

  @Override
  public String description() {
    RdmaDevice opened = device;
    return opened == null
        ? "rdma"
        : "rdma (" + opened.description() + ", ack timeout " + ackTimeout + ")";
  }

  @Override
  public Port port() {
    return Objects.requireNonNull(port, "not connected");
  }

  @Override
  public RemoteMemory connect(ByteBuffer offer, int ringBytes, ByteBuffer answer) {
    EndAddress server = EndAddress.decode(offer);
    try {
      InetAddress near = ownAddressTowards(server.ringPair().gid());
      RdmaDevice opened = RdmaDevice.open(choice, near);
      device = opened;
      Rail rail = resources.add(new Rail(opened, null, false), Rail::release);
      RdmaPort made = resources.add(new RdmaPort(1), RdmaPort::close);
      port = made;
      RailPort railPort = made.on(rail);
      ConnectionEnd end =
          new ConnectionEnd(
              opened,
              opened.choosePort(near),
              rail.domain(),
              railPort.queues(),
              ringBytes,
              ackTimeout);
      RdmaMemory memory = new RdmaMemory(0, railPort, end, server);
      made.attach(memory);
      end.address().encode(answer);
      return memory;
    } catch (VerbsException | IllegalArgumentException | OutOfMemoryError e) {
      throw new TransportException("cannot connect by RDMA: " + e.getMessage(), e);
    }
  }

  /** From which address of this machine packets go to a GID, if it is one of RoCE; sends none. */
  private static @Nullable InetAddress ownAddressTowards(Gid gid) {
    if (gid.equals(Gid.NONE) || gid.isLinkLocal()) {
      return null;
    }
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.connect(new InetSocketAddress(gid.toInetAddress(), UDP_PORT));
      return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    resources.close();
  }
}
