// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * That nobody else uses a file: a lock on another one beside it, which ends with the process,
 * however that ends. The file beside it is there before the file is, but knows only one of its
 * names; for others there is {@link NativeFile#tryLock}.
 *
 * <p>It is removed again by who has made it and does not use the file after all, under the lock. So
 * whoever has opened it before can lock one that has no name any more, while somebody else makes
 * and locks the next one. That is why a lock counts only if its file still has the name, by {@link
 * NativeFile#isAt}. Where there is no such look, there is a lock of POSIX instead, and nothing is
 * removed.
 *
 * <p>POSIX releases a process's locks on a file when the process closes <em>any</em> of its
 * descriptors of that file. So it is not the file itself that is locked, which is opened to be
 * mapped and by clients in this process; and the other one is opened only if it is not held here.
 *
 * @param key what tells the file beside it from others
 * @param made whether it was not there before
 * @see <a href="https://man7.org/linux/man-pages/man2/F_GETLK.2const.html">fcntl(2), advisory
 *     record locking</a>
 */
record FileHold(Path path, Object key, boolean made, Closeable lock) implements AutoCloseable {

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** How often the lock's file may be removed by others while this process is about to lock it. */
  private static final int MOST_TRIES = 100;

  /** What this process holds. */
  private static final Set<Object> HELD = new HashSet<>();

  /**
   * Takes the hold of a file that need not be there.
   *
   * @throws IOException if somebody has it, or the lock cannot be made; the message says which
   */
  static FileHold take(Path file) throws IOException {
    Path path = file.resolveSibling(file.getFileName() + ".lock");
    synchronized (HELD) {
      for (int i = 0; i < MOST_TRIES; i++) {
        FileHold hold = tryTake(file, path);
        if (hold != null) {
          HELD.add(hold.key);
          return hold;
        }
      }
    }
    throw inUse(file);
  }

  /** Null if somebody has removed the lock's file meanwhile. */
  private static @Nullable FileHold tryTake(Path file, Path path) throws IOException {
    boolean made = make(path);
    try {
      Object key = keyOf(path);
      if (HELD.contains(key)) {
        throw inUse(file);
      }
      Closeable lock = lock(path);
      if (lock == null) {
        throw inUse(file);
      }
      if (lock instanceof NativeFile locked && locked.canTellWhere() && !locked.isAt(path)) {
        lock.close();
        return null;
      }
      return new FileHold(path, key, made, lock);
    } catch (NoSuchFileException removed) {
      return null;
    }
  }

  /** The answer is whether it was not there. */
  private static boolean make(Path path) throws IOException {
    try {
      Files.createFile(path, OWNER_ONLY);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Null if somebody has it. */
  private static @Nullable Closeable lock(Path path) throws IOException {
    NativeFile opened = open(path);
    if (opened != null) {
      if (opened.tryLock()) {
        return opened;
      }
      opened.close();
      return null;
    }
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (Throwable refused) {
      channel.close();
      throw refused;
    }
    channel.close();
    return null;
  }

  private static @Nullable NativeFile open(Path path) throws IOException {
    try {
      return NativeFile.open(path);
    } catch (NoSuchFileException removed) {
      throw removed;
    } catch (IOException e) {
      throw new IOException(path + " cannot be locked: " + e.getMessage(), e);
    }
  }

  /** What is said of a file that somebody has. */
  static IOException inUse(Path file) {
    return new IOException(
        file + " is in use by a server that is running: stop that one, or name another file");
  }

  private static Object keyOf(Path path) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(path + " is no file");
    }
    Object key = attributes.fileKey();
    return key == null ? path.toRealPath() : key;
  }

  /** Ends the hold of a file that was not used, and leaves nothing beside it that was not there. */
  void withdraw() throws IOException {
    synchronized (HELD) {
      try {
        if (made && lock instanceof NativeFile locked && locked.isAt(path)) {
          Files.deleteIfExists(path);
        }
      } finally {
        close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      lock.close();
      HELD.remove(key);
    }
  }
}
