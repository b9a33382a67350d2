// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.TransportException;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ServerFabric;
import io.wisp.transport.ring.handshake.ServerOffer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The files of a server. */
final class ShmServerFabric implements ServerFabric {

  private final ServerFolder folder;
  private final RemoteBuffer table;
  private final AtomicLong connections = new AtomicLong();
  private final AtomicInteger buffers = new AtomicInteger(ShmMemory.TABLE_KEY + 1);
  private final Map<Port, Integer> threads = new HashMap<>();
  private final Map<Integer, SharedFile> doorbells = new HashMap<>();

  /** Offers the table, if a store has one in a file on the file system of the folder. */
  ShmServerFabric(ServerFolder folder, @Nullable Store store) {
    this.folder = folder;
    table = store instanceof CuckooStore cuckoo ? offerTable(cuckoo) : RemoteBuffer.NONE;
  }

  private RemoteBuffer offerTable(CuckooStore store) {
    Path file = store.sharedFile().orElse(null);
    try {
      if (file == null || !SharedTable.isReadable(file)) {
        return RemoteBuffer.NONE;
      }
      Files.createLink(folder.files().table(), file);
      return new RemoteBuffer(0, ShmMemory.TABLE_KEY, store.region().byteSize());
    } catch (IOException | UnsupportedOperationException e) {
      throw new TransportException(
          "cannot let clients read " + file + " from " + folder.files().folder() + ": " + e, e);
    }
  }

  @Override
  public String description() {
    return "files in " + folder.files().folder();
  }

  @Override
  public boolean offersTable() {
    return table.length() > 0;
  }

  @Override
  public Port openPort(Waiting waiting) {
    int thread = doorbells.size();
    SharedFile file = SharedFile.create(folder.files().doorbell(thread), Doorbell.BYTES);
    doorbells.put(thread, file);
    Port port =
        new ShmPort(
            new Doorbell(file.memory()),
            buffers::getAndIncrement,
            key -> folder.files().serverBuffer(key));
    threads.put(port, thread);
    return port;
  }

  @Override
  public ServerOffer offer(Port port, int ringBytes, SocketAddress reached) {
    int thread = threads.getOrDefault(port, 0);
    long connection = connections.incrementAndGet();
    SharedFile file =
        SharedFile.create(
            folder.files().connection(connection), ConnectionDescriptor.fileSize(ringBytes));
    return new Offer(folder, (ShmPort) port, thread, connection, ringBytes, table, file);
  }

  /** A file that the client has not mapped yet. */
  private record Offer(
      ServerFolder folder,
      ShmPort port,
      int thread,
      long connection,
      int ringBytes,
      RemoteBuffer table,
      SharedFile file)
      implements ServerOffer {

    @Override
    public ByteBuffer encoded() {
      return ByteBuffer.allocate(ConnectionDescriptor.OFFER_LENGTH)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(connection)
          .putInt(thread)
          .flip();
    }

    @Override
    public RemoteMemory accept(int number, ByteBuffer answer) {
      if (answer.hasRemaining()) {
        throw new TransportException(
            "an answer of " + answer.remaining() + " bytes, and that to a file is empty");
      }
      ShmMemory memory =
          new ShmMemory(
              number,
              ShmMemory.Side.SERVER,
              port,
              file,
              ringBytes,
              new Doorbell(file.memory().asSlice(ConnectionDescriptor.DOORBELL, Doorbell.BYTES)),
              MemorySegment.NULL,
              key -> folder.files().clientBuffer(connection, key),
              () -> folder.removeFilesOf(connection));
      // The client has mapped it; without a name it goes when both have.
      file.remove();
      return memory;
    }

    @Override
    public void withdraw() {
      file.remove();
      file.close();
    }
  }

  @Override
  public void close() {
    doorbells.values().forEach(SharedFile::close);
    folder.close();
  }
}
