// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one contiguous run of memory that a table lives in. Once it is closed, any access throws
 * {@link IllegalStateException}.
 */
public final class Region implements AutoCloseable {

  /** A cache line: no bucket lies in two. */
  private static final int ALIGNMENT = 64;

  private final Arena arena;
  private final MemorySegment memory;
  private final @Nullable BackingFile file;

  private Region(Arena arena, MemorySegment memory, @Nullable BackingFile file) {
    this.arena = arena;
    this.memory = memory;
    this.file = file;
  }

  /**
   * Reserves zeroed memory of this process alone, which gets real pages from the system as they are
   * touched.
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
      return new Region(arena, memory, null);
    } catch (Throwable refused) {
      arena.close();
      throw refused;
    }
  }

  /**
   * Creates a file, which other processes of the same user may map, and a region in it. The file
   * has all of its space from the start, so that nobody is killed for want of it later; on tmpfs
   * that is memory. It is removed when the region is closed.
   *
   * @param file on tmpfs, {@code /dev/shm} say, if it is not to be written to a disk; must not
   *     exist, and lies in a folder where other users cannot rename or remove it
   * @throws IOException if the file cannot be created or there is not the space for it; the message
   *     names the file, the reason and the cure, and no file is left
   */
  public static Region inFile(Path file, long bytes) throws IOException {
    return in(RegionFile.create(file, bytes));
  }

  /**
   * Takes a file that holds a region, or creates one, and keeps it when the region is closed or its
   * process ends. Nobody else can take it meanwhile.
   *
   * @param file in a folder where other users cannot rename or remove it; one with .lock behind its
   *     name lies beside it, and while it is made one with .wisp-unfinished
   * @throws IOException if it is in use, of another size, or there is not the space for it; the
   *     message names the file, the reason and the cure
   */
  public static Region keptIn(Path file, long bytes) throws IOException {
    return in(KeptFile.open(file, bytes));
  }

  private static Region in(BackingFile file) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new Region(arena, file.map(arena), file);
    } catch (Throwable refused) {
      arena.close();
      file.release();
      throw refused;
    }
  }

  /**
   * A region over memory that someone else owns, such as memory registered with an RDMA device. It
   * is zeroed by whoever makes a table in it, and not freed on close.
   */
  @SuppressWarnings("restricted")
  public static Region over(MemorySegment memory) {
    if (!memory.isNative() || memory.address() % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "a region must be native memory aligned to " + ALIGNMENT + " bytes: " + memory);
    }
    Arena arena = Arena.ofShared();
    return new Region(arena, memory.reinterpret(arena, null), null);
  }

  /** All of the memory; it lives as long as the region is open. */
  public MemorySegment memory() {
    return memory;
  }

  /** The file that the region lives in, if others can map it. */
  public Optional<Path> file() {
    return Optional.ofNullable(file).map(BackingFile::path);
  }

  /** Whether it holds nothing yet, not what an earlier process has kept in it. */
  public boolean isNew() {
    return !(file instanceof KeptFile kept) || kept.isNew();
  }

  /**
   * Gives the file of a new region that is kept its name, now that there is a table in it.
   *
   * @throws IOException if that cannot be done; the message says why
   */
  public void publish() throws IOException {
    if (file instanceof KeptFile kept) {
      kept.publish();
    }
  }

  /**
   * Has the system write back what a file that is kept holds, and waits for it. In memory there is
   * nothing to write.
   *
   * @throws java.io.UncheckedIOException if it cannot be
   */
  public void writeBack() {
    if (file instanceof KeptFile) {
      memory.force();
    }
  }

  @Override
  public synchronized void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    try {
      arena.close();
    } finally {
      if (file != null) {
        file.release();
      }
    }
  }
}
