// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.TransportException;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The files of a client's connection. */
final class ShmClientFabric implements ClientFabric {

  private final ServerFiles files;
  private final AtomicInteger buffers = new AtomicInteger(ShmMemory.TABLE_KEY + 1);
  private @Nullable ShmPort port;

  /** The doorbell, and the table if there is one. */
  private final List<SharedFile> serverFiles = new ArrayList<>();

  ShmClientFabric(ServerFiles files) {
    this.files = files;
  }

  @Override
  public String description() {
    return "shm (files in " + files.folder() + ")";
  }

  @Override
  public Port port() {
    return Objects.requireNonNull(port, "not connected");
  }

  @Override
  public RemoteMemory connect(ByteBuffer offer, int ringBytes, ByteBuffer answer) {
    if (offer.remaining() != ConnectionDescriptor.OFFER_LENGTH) {
      throw new TransportException("an offer of " + offer.remaining() + " bytes");
    }
    long connection = offer.getLong();
    int thread = offer.getInt();
    SharedFile doorbell = SharedFile.open(files.doorbell(thread), MapMode.READ_WRITE);
    serverFiles.add(doorbell);
    if (doorbell.memory().byteSize() != Doorbell.BYTES) {
      throw new TransportException(
          "the file of the server's doorbell has " + doorbell.memory().byteSize() + " bytes");
    }
    MemorySegment readable = MemorySegment.NULL;
    if (Files.exists(files.table())) {
      SharedFile table = SharedFile.open(files.table(), MapMode.READ_ONLY);
      serverFiles.add(table);
      readable = table.memory();
    }
    SharedFile file = SharedFile.open(files.connection(connection), MapMode.READ_WRITE);
    if (file.memory().byteSize() != ConnectionDescriptor.fileSize(ringBytes)) {
      file.close();
      throw new TransportException(
          "the file of the connection has " + file.memory().byteSize() + " bytes");
    }
    ShmPort opened =
        new ShmPort(
            new Doorbell(file.memory().asSlice(ConnectionDescriptor.DOORBELL, Doorbell.BYTES)),
            buffers::getAndIncrement,
            key -> files.clientBuffer(connection, key));
    port = opened;
    ShmMemory memory =
        new ShmMemory(
            0,
            ShmMemory.Side.CLIENT,
            opened,
            file,
            ringBytes,
            new Doorbell(doorbell.memory()),
            readable,
            key -> files.serverBuffer(key),
            () -> {});
    opened.attach(memory);
    return memory;
  }

  @Override
  public void close() {
    ShmPort opened = port;
    if (opened != null) {
      opened.close();
    }
    serverFiles.forEach(SharedFile::close);
  }
}
