// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.transport.ring.handshake.ControlLink;
import io.wisp.transport.ring.handshake.ControlMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client's connection is made of.
 *
 * @param clock the server's
 * @param table that may be read, or {@link RemoteBuffer#NONE}
 * @param readsByLeases whether what is read there counts only by leases
 */
record ClientConnection(
    ControlLink control,
    ClientFabric fabric,
    RemoteMemory memory,
    ControlMessage.Welcome welcome,
    ServerClock clock,
    RemoteBuffer table,
    boolean readsByLeases)
    implements AutoCloseable {

  /**
   * Introduces the client to the server at the other end of a control connection. Control and
   * fabric belong to the connection; if there will be none, to the caller.
   *
   * @param nanoTime as {@link System#nanoTime}
   * @throws TransportException if the server refuses, or what it offers does not work
   */
  static ClientConnection open(
      ControlLink control,
      ClientFabric fabric,
      Endpoint endpoint,
      ClientOptions options,
      LongSupplier nanoTime) {
    control.send(new ControlMessage.Hello(ControlMessage.VERSION, password(options.password())));
    if (!(control.receive() instanceof ControlMessage.Welcome welcome)) {
      throw outOfTurn(endpoint);
    }
    ServerClock clock = new ServerClock(welcome.clockMillis(), nanoTime);
    RingLimits limits = limits(welcome, endpoint);
    ByteBuffer answer =
        ByteBuffer.allocate(ControlMessage.MAX_FABRIC_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    boolean readsByLeases = welcome.grantsLeases() && options.getPath() != GetPath.RING;
    RemoteMemory memory = fabric.connect(welcome.offer(), limits.ringBytes(), answer);
    try {
      control.send(new ControlMessage.Answer(answer.flip(), readsByLeases));
      if (!(control.receive() instanceof ControlMessage.Ready ready)) {
        throw outOfTurn(endpoint);
      }
      RemoteBuffer table = readsByLeases ? ready.table() : welcome.table();
      return new ClientConnection(control, fabric, memory, welcome, clock, table, readsByLeases);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private static @Nullable ByteBuffer password(@Nullable String password) {
    if (password == null) {
      return null;
    }
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > ControlMessage.MAX_PASSWORD_LENGTH) {
      throw new TransportException(
          "a password has at most %s bytes, not %s"
              .formatted(ControlMessage.MAX_PASSWORD_LENGTH, bytes.length));
    }
    return ByteBuffer.wrap(bytes);
  }

  private static RingLimits limits(ControlMessage.Welcome welcome, Endpoint endpoint) {
    if (welcome.version() != ControlMessage.VERSION) {
      throw new TransportException(
          "%s speaks protocol version %s, and this client %s"
              .formatted(endpoint, welcome.version(), ControlMessage.VERSION));
    }
    try {
      return new RingLimits(welcome.ringBytes());
    } catch (IllegalArgumentException e) {
      throw new TransportException(endpoint + " offers " + e.getMessage(), e);
    }
  }

  private static TransportException outOfTurn(Endpoint endpoint) {
    return new TransportException(endpoint + " sent a message out of turn");
  }

  RingLimits limits() {
    return new RingLimits(welcome.ringBytes());
  }

  /** Whether gets are to read the table, and there is one to read. */
  boolean readsTable(ClientOptions options) {
    return options.getPath() != GetPath.RING && table.length() > 0;
  }

  /** Frees everything; buffers are freed before. */
  @Override
  public void close() {
    memory.close();
    fabric.close();
    control.close();
  }
}
