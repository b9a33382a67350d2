// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import io.wisp.transport.Endpoint;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A ZMTP peer that says whatever it likes, byte by byte. */
final class ZmtpPeer implements Closeable {

  static final int MORE = 1;
  static final int LONG = 2;
  static final int COMMAND = 4;

  private static final int GREETING_LENGTH = 64;
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Socket socket;
  private final OutputStream output;

  ZmtpPeer(Endpoint endpoint) throws IOException {
    socket = new Socket();
    // A small window, so that what this peer does not read stays with the server.
    socket.setReceiveBufferSize(16 << 10);
    socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
    socket.setSoTimeout(TIMEOUT_MILLIS);
    output = socket.getOutputStream();
  }

  ZmtpPeer greet(int majorVersion) throws IOException {
    ByteBuffer greeting = ByteBuffer.allocate(GREETING_LENGTH);
    greeting.put(0, (byte) 0xff).put(9, (byte) 0x7f).put(10, (byte) majorVersion);
    greeting.put(12, "NULL".getBytes(StandardCharsets.US_ASCII));
    return send(greeting.array());
  }

  ZmtpPeer ready() throws IOException {
    byte[] name = "Socket-Type".getBytes(StandardCharsets.US_ASCII);
    byte[] type = "DEALER".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer body = ByteBuffer.allocate(6 + 1 + name.length + 4 + type.length);
    body.put((byte) 5).put("READY".getBytes(StandardCharsets.US_ASCII));
    body.put((byte) name.length).put(name).putInt(type.length).put(type);
    return frame(COMMAND, body.array());
  }

  /**
   * A peer that has shaken hands, to the end: JeroMQ takes a frame that comes before it has sent
   * its own READY for a second handshake and closes the connection.
   */
  static ZmtpPeer shaken(Endpoint endpoint) throws IOException {
    ZmtpPeer peer = new ZmtpPeer(endpoint).greet(3).ready();
    DataInputStream input = new DataInputStream(peer.socket.getInputStream());
    input.skipNBytes(GREETING_LENGTH + 1);
    input.skipNBytes(input.readUnsignedByte());
    return peer;
  }

  ZmtpPeer frame(int flags, byte[] body) throws IOException {
    if (body.length < 256) {
      send(new byte[] {(byte) flags, (byte) body.length});
    } else {
      announce(flags, body.length);
    }
    return send(body);
  }

  /** Says that a frame of this length follows. */
  ZmtpPeer announce(int flags, long length) throws IOException {
    return send(ByteBuffer.allocate(9).put((byte) (flags | LONG)).putLong(length).array());
  }

  ZmtpPeer request(Operation operation, String key, String value) throws IOException {
    Slice keySlice = Slice.of(key);
    Slice valueSlice = Slice.of(value);
    byte[] body =
        new byte[(int) RequestDescriptor.frameLength(keySlice.length(), valueSlice.length())];
    RequestDescriptor.encode(MemorySegment.ofArray(body), 0, operation, keySlice, valueSlice, 0);
    return frame(0, body);
  }

  ZmtpPeer send(byte[] bytes) throws IOException {
    output.write(bytes);
    return this;
  }

  /** Reads until the server closes the connection; fails if it does not. */
  void awaitClosing() throws IOException {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (SocketException e) {
      // Reset, which is closing as well.
    }
  }

  int read() throws IOException {
    return socket.getInputStream().read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
