package io.wisp.transport.shm;

import io.wisp.transport.TransportException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A mapped file. Closing it unmaps the memory; the file stays, unless it is removed. */
final class SharedFile implements AutoCloseable {

  private static final int BLOCK_BYTES = 1 << 20;

  private final Path path;
  private final Arena arena;
  private final MemorySegment memory;

  private SharedFile(Path path, Arena arena, MemorySegment memory) {
    this.path = path;
    this.arena = arena;
    this.memory = memory;
  }

  /**
   * Makes a file for its owner alone and maps it. All of it is written once, so that a file system
   * that is full says so now, and does not kill whoever touches the memory later (SIGBUS).
   *
   * @throws TransportException if there is no space, or the file exists
   */
  static SharedFile create(Path path, long bytes) {
    try (FileChannel channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(BLOCK_BYTES, bytes));
      for (long position = 0; position < bytes; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - position));
        position += channel.write(zeros, position);
      }
      return map(path, channel, MapMode.READ_WRITE);
    } catch (IOException e) {
      remove(path);
      throw new TransportException(
          "cannot make " + path + " of " + bytes + " bytes: " + e.getMessage(), e);
    }
  }

  /**
   * Maps a file that the other side made.
   *
   * @throws TransportException if there is none
   */
  static SharedFile open(Path path, MapMode mode) {
    Set<StandardOpenOption> options =
        mode.equals(MapMode.READ_ONLY)
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(path, options)) {
      return map(path, channel, mode);
    } catch (IOException e) {
      throw new TransportException("cannot map " + path + ": " + e, e);
    }
  }

  private static SharedFile map(Path path, FileChannel channel, MapMode mode) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new SharedFile(path, arena, channel.map(mode, 0, channel.size(), arena));
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  MemorySegment memory() {
    return memory;
  }

  /** Removes the file's name; whoever has mapped it goes on using it. */
  void remove() {
    remove(path);
  }

  private static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The folder is removed with all that is in it, now or by the next server.
    }
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
