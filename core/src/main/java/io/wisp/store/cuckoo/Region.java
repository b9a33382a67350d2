package io.wisp.store.cuckoo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The one contiguous run of memory that a table lives in. It is reserved whole and gets real pages
 * from the system as they are touched. Once it is closed, any access throws {@link
 * IllegalStateException}.
 */
public final class Region implements AutoCloseable {

  private final Arena arena;
  private final MemorySegment memory;

  private Region(Arena arena, MemorySegment memory) {
    this.arena = arena;
    this.memory = memory;
  }

  /**
   * Reserves zeroed memory.
   *
   * @throws OutOfMemoryError if the system refuses; the message has its reason
   */
  public static Region reserve(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory =
          AnonymousMemory.isAvailable()
              ? AnonymousMemory.map(bytes, arena)
              : arena.allocate(bytes, RegionHeader.SIZE);
      return new Region(arena, memory);
    } catch (Throwable refused) {
      arena.close();
      throw refused;
    }
  }

  /**
   * A region over memory that someone else owns, such as a shared file or memory registered with an
   * RDMA device. It is zeroed by whoever makes a table in it, and not freed on close.
   */
  @SuppressWarnings("restricted")
  public static Region over(MemorySegment memory) {
    if (!memory.isNative() || memory.address() % Bucket.SIZE != 0) {
      throw new IllegalArgumentException(
          "a region must be native memory aligned to " + Bucket.SIZE + " bytes: " + memory);
    }
    Arena arena = Arena.ofShared();
    return new Region(arena, memory.reinterpret(arena, null));
  }

  public MemorySegment memory() {
    return memory;
  }

  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
