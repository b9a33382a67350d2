// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/** A client made of bytes, which has the file of its connection open. */
final class RawClient implements AutoCloseable {

  private static final String HELLO = "110000000157495350" + "52494e4702000000ffffffff";
  private static final String ANSWER = "0100000004";
  private static final int WELCOME_BYTES = 69;

  private final ServerFiles files;
  private final SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX);
  private final long connection;
  private final FileChannel file;
  private final SharedFile shared;

  RawClient(int port) throws IOException {
    files = new ServerFiles(OneSidedServer.folder(port));
    control.connect(UnixDomainSocketAddress.of(files.control()));
    send(HELLO);
    ByteBuffer welcome = ByteBuffer.allocate(WELCOME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    receive(welcome);
    connection = welcome.getLong(WELCOME_BYTES - ConnectionDescriptor.OFFER_LENGTH);
    Path path = files.connection(connection);
    file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    shared = SharedFile.open(path, MapMode.READ_WRITE);
    send(ANSWER);
    receive(ByteBuffer.allocate(5));
  }

  private void send(String hex) throws IOException {
    control.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  private void receive(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (control.read(bytes) < 0) {
        throw new IOException("the server closed");
      }
    }
  }

  /** Notifies of requests that are not there. */
  void ask() {
    ConnectionDescriptor.notify(shared.memory(), ConnectionDescriptor.CLIENT_WORDS, 32);
    ring();
  }

  /** Asks for some puts, which are the first of its requests. */
  void put(int count, String key, String value) {
    MemorySegment requests = shared.memory().asSlice(ConnectionDescriptor.RINGS);
    Slice keyBytes = Slice.of(key);
    Slice valueBytes = Slice.of(value);
    int length = (int) RequestDescriptor.frameLength(keyBytes.length(), valueBytes.length());
    int position = 0;
    for (int i = 0; i < count; i++) {
      requests.set(ValueLayout.JAVA_INT, position, length);
      requests.set(ValueLayout.JAVA_INT, position + 4L, 1 | ((position / 16) << 8));
      requests.set(ValueLayout.JAVA_LONG, position + 8L, 0);
      RequestDescriptor.encode(requests, position + 16L, Operation.PUT, keyBytes, valueBytes, 0);
      position += (16 + length + 15) / 16 * 16;
    }
    ConnectionDescriptor.notify(shared.memory(), ConnectionDescriptor.CLIENT_WORDS, position);
    ring();
  }

  private void ring() {
    try (SharedFile doorbell = SharedFile.open(files.doorbell(0), MapMode.READ_WRITE)) {
      new Doorbell(doorbell.memory()).ring();
    }
  }

  void cutTo(long bytes) throws IOException {
    file.truncate(bytes);
    ring();
  }

  boolean isEnded() throws IOException {
    return control.read(ByteBuffer.allocate(1)) < 0;
  }

  @Override
  public void close() throws IOException {
    shared.close();
    file.close();
    control.close();
  }
}
