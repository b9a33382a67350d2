// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.transport.TransportException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** A mapped file. Closing it unmaps the memory; the file stays, unless it is removed. */
final class SharedFile implements AutoCloseable {

  /** Shared by all, for a buffer of each file's own would stay until it is collected. */
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10);

  /** No page is smaller. */
  private static final int PAGE = 4096;

  private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

  private final Path path;
  private final Arena arena;
  private final MemorySegment memory;

  /** Kept, for the compiler leaves out a read, even a volatile one, whose value nobody uses. */
  @SuppressWarnings("unused")
  private int readSum;

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
            PrivateFolder.FILE_MODE)) {
      ByteBuffer zeros = ZEROS.duplicate();
      for (long position = 0; position < bytes; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - position));
        position += channel.write(zeros, position);
      }
      return map(path, channel, MapMode.READ_WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new TransportException("cannot make " + path + ": it exists already", e);
    } catch (IOException e) {
      remove(path);
      throw new TransportException(
          "cannot make " + path + " of " + bytes + " bytes: " + Reason.of(e), e);
    }
  }

  /**
   * Maps a file that the other side made.
   *
   * @throws TransportException if there is none, or something else of that name
   */
  static SharedFile open(Path path, MapMode mode) {
    Set<OpenOption> options =
        mode.equals(MapMode.READ_ONLY)
            ? Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      requireFile(path);
      try (FileChannel channel = FileChannel.open(path, options)) {
        return map(path, channel, mode);
      }
    } catch (IOException e) {
      throw new TransportException("cannot map " + path + ": " + Reason.of(e), e);
    }
  }

  /**
   * Looks whether a path is a file, and neither a link nor a pipe, to open which would wait for its
   * other end.
   */
  static BasicFileAttributes requireFile(Path path) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(path + " is no file");
    }
    return attributes;
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

  /**
   * Whether all of the file is there, and nobody has cut it short. Java makes an {@link
   * InternalError} of an access to what is no longer there (SIGBUS), which code that was compiled
   * goes on after at first: it is thrown somewhere behind the access, at the latest when the thread
   * comes back from the system.
   */
  @SuppressWarnings("ThreadPriorityCheck") // it is the way to the system and back that matters
  boolean isWhole() {
    try {
      // Whoever can cut it can also take a page out of its middle, which is not made again in a
      // file system that is full.
      int sum = 0;
      for (long offset = 0; offset < memory.byteSize(); offset += PAGE) {
        sum += (byte) BYTE.getVolatile(memory, offset);
      }
      readSum = sum;
      Thread.yield();
      return true;
    } catch (InternalError e) {
      return false;
    }
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
