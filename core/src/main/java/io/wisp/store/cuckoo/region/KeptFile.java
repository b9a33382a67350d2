// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that a region lives in longer than its process, which nobody else uses meanwhile. A new
 * one has another name until it is published, so a file of the right name is whole.
 */
final class KeptFile implements BackingFile {

  private static final Path SELF = Path.of("/proc/self");
  private static final String OWNER = "unix:uid";

  private final Path path;
  private final FileHold hold;
  private final boolean isNew;

  /** What holds the lock on the file itself; null where there is none. */
  private final @Nullable NativeFile lock;

  private RegionFile file;

  private KeptFile(
      Path path, FileHold hold, @Nullable NativeFile lock, RegionFile file, boolean isNew) {
    this.path = path;
    this.hold = hold;
    this.lock = lock;
    this.file = file;
    this.isNew = isNew;
  }

  /**
   * Takes the file, or makes a new one.
   *
   * @throws IOException if it is no such file, of another size, in use, or cannot be made; the
   *     message says what it is and what can be done
   */
  static KeptFile open(Path path, long bytes) throws IOException {
    try {
      BasicFileAttributes attributes = attributes(path);
      requireUsable(path, attributes);
      if (attributes != null) {
        // A file that is no such table is left as it is, without a lock beside it.
        requireTable(path, attributes, bytes);
      }
      FileHold hold = FileHold.take(path);
      try {
        return open(path, bytes, hold);
      } catch (Throwable refused) {
        hold.close();
        throw refused;
      }
    } catch (NoSuchFileException e) {
      throw new IOException("cannot keep " + path + ": there is no such folder", e);
    } catch (AccessDeniedException e) {
      throw new IOException("cannot keep " + path + ": " + e.getFile() + " may not be used", e);
    }
  }

  private static KeptFile open(Path path, long bytes, FileHold hold) throws IOException {
    BasicFileAttributes attributes = attributes(path);
    if (attributes == null) {
      Path name = unfinished(path);
      Files.deleteIfExists(name);
      RegionFile file = RegionFile.create(name, bytes);
      try {
        return new KeptFile(path, hold, lock(name), file, true);
      } catch (Throwable refused) {
        file.release();
        throw refused;
      }
    }
    NativeFile lock = lock(path);
    try {
      requireTable(path, attributes, bytes);
      makeOurs(path);
      if (lock != null) {
        fillHoles(path, lock, bytes);
      }
      return new KeptFile(path, hold, lock, RegionFile.of(path, bytes), false);
    } catch (Throwable refused) {
      unlock(lock);
      throw refused;
    }
  }

  /** Where a new one is made, by a name that nobody else gives to a file. */
  private static Path unfinished(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".wisp-unfinished");
  }

  /** Before anything of the file is changed: it may be anybody's. */
  private static void requireTable(Path path, BasicFileAttributes attributes, long bytes)
      throws IOException {
    if (attributes.size() != bytes) {
      throw new IOException(
          path
              + " has "
              + attributes.size()
              + " bytes, and "
              + bytes
              + " are asked for: ask for as many as it was made with, or remove it with all that"
              + " it holds");
    }
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.read(start, RegionHeader.MAGIC_OFFSET);
    }
    long magic = start.getLong(0);
    if (magic != RegionHeader.MAGIC) {
      throw new UnrecoverableException(
              "it holds no table of Wisp: it starts with 0x%x and not with the bytes \"WISPTABL\"",
              Long.reverseBytes(magic))
          .about(path);
    }
  }

  /** Another name of the file has another hold, so it is locked as well. */
  private static @Nullable NativeFile lock(Path path) throws IOException {
    NativeFile opened;
    try {
      opened = NativeFile.open(path);
    } catch (IOException e) {
      throw new IOException("cannot keep " + path + ": " + e.getMessage(), e);
    }
    if (opened != null && !opened.tryLock()) {
      opened.close();
      throw FileHold.inUse(path);
    }
    return opened;
  }

  private static void unlock(@Nullable NativeFile lock) {
    if (lock != null) {
      lock.close();
    }
  }

  /** Which a copy may have, and without space for them its user would be killed. */
  private static void fillHoles(Path path, NativeFile file, long bytes) throws IOException {
    try {
      file.allocate(bytes);
    } catch (IOException e) {
      throw new IOException(
          "cannot keep "
              + path
              + ": it has holes, for which there is no space: "
              + e.getMessage()
              + "; make room on its file system",
          e);
    }
  }

  /** Nobody else may read or write it, unless its file system has no such modes. */
  private static void makeOurs(Path path) {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    try {
      if (view != null) {
        Set<PosixFilePermission> mode = view.readAttributes().permissions();
        if (mode.retainAll(RegionFile.OWNER_ONLY)) {
          view.setPermissions(mode);
        }
      }
    } catch (IOException none) {
      // It stays as it is.
    }
  }

  private static void requireUsable(Path path, @Nullable BasicFileAttributes attributes)
      throws IOException {
    if (path.getFileName() == null || (attributes != null && !attributes.isRegularFile())) {
      throw new IOException(path + " is no file that could be kept: name another one");
    }
    if (attributes != null
        && Files.exists(SELF)
        && !Files.getAttribute(path, OWNER, LinkOption.NOFOLLOW_LINKS)
            .equals(Files.getAttribute(SELF, OWNER))) {
      throw new IOException(path + " is another user's: name another file");
    }
  }

  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  /** Whether there was no such file. */
  boolean isNew() {
    return isNew;
  }

  /** Gives a new file its name, now that what it holds is whole. */
  void publish() throws IOException {
    Files.move(file.path(), path, StandardCopyOption.ATOMIC_MOVE);
    file = RegionFile.of(path, file.bytes());
  }

  @Override
  public MemorySegment map(Arena arena) throws IOException {
    return file.map(arena);
  }

  /** Leaves it where it is, unless it was never published. */
  @Override
  public void release() {
    if (!file.path().equals(path)) {
      file.release();
    }
    unlock(lock);
    try {
      hold.close();
    } catch (IOException e) {
      // It ends with the process.
    }
  }
}
