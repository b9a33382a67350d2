// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

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
 * @see <a href="https://man7.org/linux/man-pages/man2/F_GETLK.2const.html">fcntl(2), advisory
 *     record locking</a>
 */
record FileHold(Object key, FileChannel channel) implements AutoCloseable {

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
      Object key = keyOf(path);
      if (HELD.contains(key)) {
        throw inUse(file);
      }
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw inUse(file);
        }
        HELD.add(key);
        return new FileHold(key, channel);
      } catch (Throwable refused) {
        channel.close();
        throw refused;
      }
    }
  }

  /** What is said of a file that somebody has. */
  static IOException inUse(Path file) {
    return new IOException(
        file + " is in use by a server that is running: stop that one, or name another file");
  }

  private static Object keyOf(Path path) throws IOException {
    try {
      Files.createFile(path, OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // It stays where it is.
    }
    BasicFileAttributes attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new IOException(path + " is no file");
    }
    Object key = attributes.fileKey();
    return key == null ? path.toRealPath() : key;
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      channel.close();
      HELD.remove(key);
    }
  }
}
