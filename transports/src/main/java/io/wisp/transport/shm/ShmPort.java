// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/**
 * A thread's connections and the doorbell that wakes it. To poll is to look at the words that each
 * other side writes.
 */
final class ShmPort implements Port, BufferSource {

  private final Doorbell doorbell;
  private final IntFunction<Path> bufferPaths;
  private final IntSupplier bufferKeys;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment timespec = Futex.timespec(arena);
  private final List<ShmMemory> connections = new ArrayList<>();
  private final FabricCounters counters = new FabricCounters();
  private int next;

  @SuppressWarnings("unused")
  private boolean settled;

  private volatile boolean woken;
  private boolean closed;

  /** The doorbell's memory outlives the port; each buffer has a new key, and a path by it. */
  ShmPort(Doorbell doorbell, IntSupplier bufferKeys, IntFunction<Path> bufferPaths) {
    this.doorbell = doorbell;
    this.bufferKeys = bufferKeys;
    this.bufferPaths = bufferPaths;
  }

  @Override
  public void attach(RemoteMemory connection) {
    connections.add((ShmMemory) connection);
  }

  void detach(ShmMemory connection) {
    connections.remove(connection);
    next = 0;
  }

  @Override
  public boolean poll() {
    boolean any = false;
    for (int i = 0; i < connections.size(); i++) {
      any |= connections.get(i).look();
    }
    next = 0;
    return any;
  }

  @Override
  public int nextReady() {
    while (next < connections.size()) {
      ShmMemory connection = connections.get(next++);
      if (connection.takeNews()) {
        return connection.number();
      }
    }
    return -1;
  }

  @Override
  public void await(long nanoseconds) {
    int rings = doorbell.prepare();
    try {
      if (!woken && !anyNews()) {
        counters.slept();
        doorbell.sleep(rings, nanoseconds, timespec);
      }
    } finally {
      doorbell.awake();
      woken = false;
    }
  }

  private boolean anyNews() {
    for (int i = 0; i < connections.size(); i++) {
      if (connections.get(i).hasNews()) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * <p>It is the way to the system and back that matters, as of {@link SharedFile#isWhole}: this is
   * the shortest.
   */
  @Override
  public void settle() {
    settled = Thread.holdsLock(this);
  }

  @Override
  public synchronized void wake() {
    if (!closed) {
      woken = true;
      doorbell.ringAnyway();
    }
  }

  @Override
  public FabricCounters counters() {
    return counters;
  }

  @Override
  public LocalBuffer allocate(long bytes) {
    int key = bufferKeys.getAsInt();
    return new ShmBuffer(SharedFile.create(bufferPaths.apply(key), bytes), key);
  }

  private record ShmBuffer(SharedFile file, int key) implements LocalBuffer {

    @Override
    public MemorySegment memory() {
      return file.memory();
    }

    @Override
    public boolean isWhole() {
      return file.isWhole();
    }

    @Override
    public RemoteBuffer remote() {
      return new RemoteBuffer(0, key, file.memory().byteSize());
    }

    @Override
    public void close() {
      file.remove();
      file.close();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
