// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ServerFabric;
import io.wisp.transport.ring.handshake.ServerOffer;
import io.wisp.verbs.AccessFlag;
import io.wisp.verbs.LocalPort;
import io.wisp.verbs.MemoryRegion;
import io.wisp.verbs.ProtectionDomain;
import io.wisp.verbs.VerbsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A server's device, and the table that clients may read. */
final class RdmaServerFabric implements ServerFabric {

  private final RdmaDevice device;
  private final int maxClients;
  private final AckTimeout ackTimeout;
  private final Resources resources = new Resources();
  private final ProtectionDomain domain;
  private final RemoteBuffer table;

  /**
   * @param device which belongs to this from now on, also if this fails
   * @param store whose table clients may read, if it has one in memory
   * @throws TransportException if the device or the system does not give what is needed
   */
  RdmaServerFabric(RdmaDevice device, Store store, ServerOptions options) {
    this.device = resources.add(device, RdmaDevice::close);
    maxClients = options.maxClients();
    try {
      ackTimeout = AckTimeout.of(options.ackTimeout());
      domain = resources.add(device.context().createProtectionDomain(), ProtectionDomain::close);
      table = store instanceof CuckooStore cuckoo ? register(cuckoo) : RemoteBuffer.NONE;
    } catch (VerbsException e) {
      resources.close();
      throw new TransportException("clients cannot be let read the table: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
  }

  /** For reading from afar and nothing else: not even a READ of ours could write there. */
  private RemoteBuffer register(CuckooStore cuckoo) {
    MemoryRegion region =
        resources.add(
            domain.register(cuckoo.region(), AccessFlag.REMOTE_READ), MemoryRegion::close);
    return new RemoteBuffer(region.address(), region.rkey(), region.length());
  }

  @Override
  public String description() {
    return device.description() + ", ack timeout " + ackTimeout;
  }

  @Override
  public RemoteBuffer table() {
    return table;
  }

  @Override
  public Port openPort(Waiting waiting) {
    try {
      return new RdmaPort(device, domain, maxClients);
    } catch (VerbsException e) {
      throw new TransportException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public ServerOffer offer(Port port, int ringBytes) {
    RdmaPort opened = (RdmaPort) port;
    LocalPort local;
    try {
      local = device.choosePort();
    } catch (VerbsException | IllegalStateException | OutOfMemoryError e) {
      throw new TransportException(
          "the server cannot be reached by RDMA now: " + e.getMessage(), e);
    }
    try {
      return new Offer(
          opened, new ConnectionEnd(device, local, domain, opened.queues(), ringBytes, ackTimeout));
    } catch (VerbsException | IllegalStateException | OutOfMemoryError e) {
      throw new TransportException(
          "there is nothing left for one more client: " + e.getMessage(), e);
    }
  }

  /** An end that is not connected yet. */
  private record Offer(RdmaPort port, ConnectionEnd end) implements ServerOffer {

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
        return new RdmaMemory(number, port.nextSerial(), port, end, other);
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
    resources.close();
  }
}
