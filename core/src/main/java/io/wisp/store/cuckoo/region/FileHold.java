// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
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
 * however that ends.
 *
 * <p>POSIX releases a process's locks on a file when the process closes <em>any</em> of its
 * descriptors of that file. So it is not the file itself that is locked, which is opened to be
 * mapped and by clients in this process; and the other one is opened only if it is not held here.
 * It is there before the file is, but knows only one of its names; for others there is {@link
 * NativeFile#tryLock}.
 *
 * <p>Who made the other one in vain removes it, while he holds it. So whoever has locked it looks
 * whether it still has its name, or else he would hold what nobody finds.
 *
 * @param path of the other one
 * @param key what tells it from another one of the same name
 * @param isNew whether it was made for this hold
 * @see <a href="https://man7.org/linux/man-pages/man2/F_GETLK.2const.html">fcntl(2), advisory
 *     record locking</a>
 */
record FileHold(Path path, Object key, FileChannel channel, boolean isNew)
    implements AutoCloseable {

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

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
      FileHold taken = null;
      while (taken == null) {
        boolean isNew = make(path);
        taken = tryTake(file, path, isNew);
      }
      return taken;
    }
  }

  /** Whether there was none. */
  private static boolean make(Path path) throws IOException {
    try {
      Files.createFile(path, OWNER_ONLY);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Null if the other file was removed meanwhile. */
  private static @Nullable FileHold tryTake(Path file, Path path, boolean isNew)
      throws IOException {
    FileHold hold;
    try {
      Object key = keyOf(path);
      if (HELD.contains(key)) {
        throw inUse(file);
      }
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      hold = new FileHold(path, key, channel, isNew);
    } catch (NoSuchFileException removed) {
      return null;
    }
    HELD.add(hold.key);
    FileLock lock = hold.tryLock();
    if (lock != null && hold.isNamed()) {
      return hold;
    }
    hold.close();
    if (lock == null) {
      throw inUse(file);
    }
    return null;
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

  private @Nullable FileLock tryLock() throws IOException {
    try {
      return channel.tryLock();
    } catch (Throwable refused) {
      undo();
      throw refused;
    }
  }

  private boolean isNamed() {
    try {
      return key.equals(keyOf(path));
    } catch (IOException removed) {
      return false;
    }
  }

  /** What is said of a file that somebody has. */
  static IOException inUse(Path file) {
    return new IOException(
        file + " is in use by a server that is running: stop that one, or name another file");
  }

  /** Gives it up as if it had never been taken: what was made for it is removed. */
  void undo() {
    synchronized (HELD) {
      try {
        if (isNew && isNamed()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        // It stays, as it does beside a table.
      }
      close();
    }
  }

  @Override
  public void close() {
    synchronized (HELD) {
      try {
        channel.close();
      } catch (IOException e) {
        // The lock ends with the process.
      }
      HELD.remove(key);
    }
  }
}
